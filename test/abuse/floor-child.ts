/** What Bun's server does by itself: answers each request with the words of `/health`. Says its port; ends with its standard input. */
import { SLOW_CLIENT_TIMEOUT_S } from './settings.ts';

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  development: false,
  idleTimeout: SLOW_CLIENT_TIMEOUT_S + 4, // as the gateway counts it
  async fetch(request) {
    await request.bytes().catch(() => undefined); // of a client that left
    return new Response('{"status":"ok"}');
  },
});
process.stdout.write(`${server.port}\n`);
await Bun.stdin.text();
process.exit(0);
