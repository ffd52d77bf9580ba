/**
 * An upstream that costs next to nothing, with as much of vLLM's face as a supervisor needs to take it for an engine:
 * `fake-upstream.ts --tokens-per-s N serve MODEL (--host H --port P | --uds PATH) …`; other flags mean nothing to it.
 * Whole answers come at once; streams are paced, each token stamped with the moment it was given out.
 */
import { parseArgs } from 'node:util';
import { nowUnixMicroseconds } from './clock.ts';
import { tokenChunk } from './upstream/answers.ts';
import { serveConnection, type UpstreamConnection } from './upstream/connection.ts';
import { createPacer } from './upstream/pacer.ts';

/** How often it looks for tokens that are due. */
const STEP_MS = 1;

const { values } = parseArgs({
  strict: false,
  options: {
    'tokens-per-s': { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    uds: { type: 'string' },
  },
});

const pacer = createPacer(Number(values['tokens-per-s']));
setInterval(() => pacer.advance(performance.now(), () => tokenChunk(nowUnixMicroseconds())), STEP_MS);

const socket: Bun.SocketHandler<UpstreamConnection> = {
  open(client) {
    client.data = serveConnection(client, pacer);
  },
  data: (client, bytes) => client.data.data(bytes),
  drain: (client) => client.data.drain(),
  close: (client) => client.data.close(),
  error(client, cause) {
    process.stderr.write(`${cause.stack ?? cause.message}\n`);
    client.terminate();
  },
};

if (typeof values.uds === 'string') Bun.listen({ unix: values.uds, socket });
else Bun.listen({ hostname: String(values.host ?? '127.0.0.1'), port: Number(values.port), socket });
process.stdout.write('Application startup complete.\n');
