import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import { systemClock } from '../telemetry/index.ts';
import { createEngineClient } from './client.ts';

/** A program that asks a healthy server while it has no file descriptor left, and again when it has; prints what it met. */
const server = createServer((_, response) => response.end('well')).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const clients = ['127.0.0.1', 'localhost'].map((host) => createEngineClient({ kind: 'tcp', host, port }, systemClock));
const signal = new AbortController().signal;

async function ask(): Promise<string[]> {
  const replies = clients.flatMap((client) => [
    client.get('/health', 5000),
    client.send({ path: '/v1/completions', body: '{}', headers: {}, signal }),
  ]);
  return (await Promise.all(replies)).map((reply) => (reply.ok ? 'answered' : reply.failure));
}

function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken; // none is left: what it is for
  }
}

const taken = takeAll();
const without = await ask();
for (const descriptor of taken) closeSync(descriptor);
await Bun.write(Bun.stdout, JSON.stringify({ without, withThem: await ask() }));
process.exit(0);
