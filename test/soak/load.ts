import { createClient } from '../../bench/overhead/load/client.ts';
import { createConnection } from '../../bench/overhead/load/connection.ts';
import { examineDocument } from '../../bench/overhead/load/examination.ts';
import { requestBytes } from '../../bench/overhead/load/request.ts';

/** Where requests go, and how many at a time. */
export interface Lane {
  readonly port: number;
  readonly model: string;
  readonly concurrency: number;
}

/** Tokens of a stream that nobody waits for. */
const STREAM_TOKENS = 1000;

/** Asks so many times, each client again as soon as it is answered. Resolves with what was wrong, in words. */
export async function askMany(count: number, { port, model, concurrency }: Lane): Promise<readonly string[]> {
  const request = requestBytes({ kind: 'requests', model, tokens: 16 });
  const done = Promise.withResolvers<void>();
  const faults: string[] = [];
  let [asked, answered] = [0, 0];
  const clients = Array.from({ length: Math.min(concurrency, count) }, () => {
    const client = createClient({
      port,
      request,
      examination: examineDocument(),
      onOutcome({ fault }) {
        answered += 1;
        if (fault !== undefined) faults.push(fault);
        if (answered === count) done.resolve();
        else if (asked < count) ask();
      },
    });
    const ask = () => {
      asked += 1;
      client.ask();
    };
    return { ask, close: () => client.close() };
  });
  for (const client of clients) client.ask();
  await done.promise;
  for (const client of clients) client.close();
  return faults;
}

/** Opens so many streams, and leaves each when its first event is here. */
export async function abortMany(count: number, { port, model, concurrency }: Lane): Promise<readonly string[]> {
  const request = requestBytes({ kind: 'streams', model, tokens: STREAM_TOKENS });
  const faults: string[] = [];
  let opened = 0;
  const leaver = async () => {
    while (opened < count) {
      opened += 1;
      const fault = await openAndLeave(port, request);
      if (fault !== undefined) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, leaver));
  return faults;
}

function openAndLeave(port: number, request: Uint8Array): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = '';
    const connection = createConnection(port, {
      text(text) {
        received += text;
        if (!received.includes('\ndata: ')) return;
        connection.close();
        resolve(received.startsWith('HTTP/1.1 200 ') ? undefined : received.slice(0, 80));
      },
      broken: resolve,
    });
    connection.send(request);
  });
}
