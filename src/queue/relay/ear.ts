import { connectTo, type RedisConnection, type RedisTarget } from '../redis-connection.ts';

/** The connection that hears. */
export interface Ear {
  /** A new connection; the old one is heard no more from now on. */
  rebuild(): void;
  close(): void;
}

/** Subscribes at once, and again after each loss. */
export function createEar(
  target: RedisTarget,
  channels: readonly string[],
  heard: (channel: string, payload: Buffer) => void,
): Ear {
  let connection = open();

  function open(): RedisConnection {
    const opened = connectTo(target);
    opened.on('error', () => undefined); // the store, which has the same target, tells of it
    opened.on('ready', () => void subscribe(opened, channels));
    opened.on('messageBuffer', (channel: Buffer, payload: Buffer) => heard(channel.toString(), payload));
    return opened;
  }
  function shut(): void {
    connection.removeAllListeners('messageBuffer');
    connection.disconnect();
  }

  return {
    rebuild() {
      shut();
      connection = open();
    },
    close: shut,
  };
}

async function subscribe(connection: RedisConnection, channels: readonly string[]): Promise<void> {
  try {
    await connection.subscribe(...channels);
  } catch {
    connection.disconnect(true); // it is of no use so; the next one may be
  }
}
