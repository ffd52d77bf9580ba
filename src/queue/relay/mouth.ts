import { Cluster, type Redis } from 'ioredis';
import { connectTo, type RedisConnection, type RedisTarget } from '../redis-connection.ts';

/** The connection that publishes. */
export interface Mouth {
  /** Whether Redis took it. Never rejects: without a connection it is lost. */
  say(channel: string, payload: Buffer): Promise<boolean>;
  close(): void;
}

export function createMouth(target: RedisTarget): Mouth {
  const connection = connectTo(target);
  connection.on('error', () => undefined); // the store, which has the same target, tells of it
  const speakerOf = createSpeaker(connection);
  return {
    async say(channel, payload) {
      const speaker = speakerOf();
      if (speaker?.status !== 'ready') return false;
      try {
        await speaker.publish(channel, payload);
        return true;
      } catch (error) {
        if (error instanceof Error && error.message === 'Command timed out') speaker.disconnect(true);
        return false;
      }
    },
    close: () => connection.disconnect(),
  };
}

/** In a cluster each command without a key goes to any node; only what goes through one of them stays in order. */
function createSpeaker(connection: RedisConnection): () => Redis | undefined {
  if (!(connection instanceof Cluster)) return () => connection;
  let chosen: Redis | undefined;
  return () => {
    const masters = connection.nodes('master');
    if (chosen === undefined || chosen.status !== 'ready' || !masters.includes(chosen)) {
      chosen = masters.find(({ status }) => status === 'ready') ?? masters[0];
    }
    return chosen;
  };
}
