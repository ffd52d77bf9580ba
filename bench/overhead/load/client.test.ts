import { afterEach, describe, expect, test } from 'bun:test';
import type { Socket } from 'bun';
import { COMPLETION, document } from '../upstream/answers.ts';
import { createClient, type Client } from './client.ts';
import { examineDocument } from './examination.ts';

type Answering = (socket: Socket, requestNumber: number) => void;

let server: Bun.TCPSocketListener | undefined;
let client: Client | undefined;
afterEach(() => {
  client?.close();
  server?.stop(true);
});

const right = document('200 OK', 'application/json', COMPLETION);

/** Asks `times` times one after another of a server that does `answering`; resolves with the faults and the connections. */
async function ask(
  times: number,
  answering: Answering,
): Promise<{ faults: (string | undefined)[]; connections: number }> {
  let [connections, requests] = [0, 0];
  const open = () => {
    connections += 1;
  };
  const data = (socket: Socket) => {
    requests += 1;
    answering(socket, requests);
  };
  server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { open, data } });
  const faults: (string | undefined)[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  client = createClient({
    port: server.port,
    request: Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    examination: examineDocument(),
    onOutcome({ fault }) {
      faults.push(fault);
      if (faults.length === times) resolve();
      else client?.ask();
    },
  });
  client.ask();
  await promise;
  return { faults, connections };
}

describe('a client', () => {
  test('keeps its connection from one right answer to the next', async () => {
    const { faults, connections } = await ask(3, (socket) => socket.write(right));
    expect({ faults, connections }).toEqual({ faults: [undefined, undefined, undefined], connections: 1 });
  });

  test('tells of a connection that breaks mid-answer, and goes on with a new one', async () => {
    const { faults, connections } = await ask(2, (socket, number) => {
      if (number === 1) socket.end(right.subarray(0, 100));
      else socket.write(right);
    });
    expect(faults).toEqual(['the connection was closed', undefined]);
    expect(connections).toBe(2);
  });

  test('tells of bytes that are no answer, and goes on with a new connection', async () => {
    const { faults, connections } = await ask(2, (socket, number) => {
      socket.write(number === 1 ? 'nonsense\r\n\r\n' : right);
    });
    expect(faults[0]).toContain('content-length');
    expect(faults[1]).toBeUndefined();
    expect(connections).toBe(2);
  });

  test('tells of a port where nobody listens', async () => {
    const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } });
    const { port } = listener;
    listener.stop(true);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const onOutcome = (it: { fault: string | undefined }) => resolve(it.fault);
    client = createClient({ port, request: Buffer.from('x'), examination: examineDocument(), onOutcome });
    client.ask();
    expect(await promise).toContain('cannot connect');
  });
});
