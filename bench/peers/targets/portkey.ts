import { dirname, join } from 'node:path';
import { installed } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** On Bun: the program's build for Node cannot stream to a host of one's own. */
export function portkey(): Peer {
  const executable = installed('portkey/node_modules/@portkey-ai/gateway/build/start-server.js');
  return {
    name: 'portkey',
    executable,
    remedy: 'install.sh',
    ownsChildren: true,
    headers: (upstreamPort) => ({
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
      authorization: 'Bearer none',
    }),
    async version() {
      const manifest: unknown = await Bun.file(join(dirname(executable ?? ''), '../package.json')).json();
      return /"version":"([^"]+)"/.exec(JSON.stringify(manifest))?.[1] ?? 'unknown';
    },
    command: async (place) => [
      'env',
      'NODE_ENV=production',
      // Bun's own limit of requests at once is 256.
      'BUN_CONFIG_MAX_HTTP_REQUESTS=4096',
      'TRUSTED_CUSTOM_HOSTS=127.0.0.1,localhost',
      process.execPath,
      place.executable,
      '--headless',
      `--port=${place.port}`,
    ],
  };
}
