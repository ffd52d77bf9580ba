import { join } from 'node:path';
import { MODEL } from '../../overhead/upstream/answers.ts';
import { given, said } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** One model whose process is a stand-in that waits; requests go to the upstream all the same. */
export function llamaSwap(path: string | undefined): Peer {
  const executable = given('--llama-swap', path);
  return {
    name: 'llama-swap',
    executable,
    remedy: '--llama-swap PATH',
    ownsChildren: false,
    version: () => said([executable ?? '', '-version']),
    async command({ executable: program, directory, port, upstreamPort }) {
      const file = join(directory, 'config.yaml');
      await Bun.write(file, JSON.stringify(configOf(upstreamPort)));
      return [program, '-config', file, '-listen', `127.0.0.1:${port}`];
    },
  };
}

/** Its limit of requests at once is 10 by default. */
function configOf(upstreamPort: number): object {
  const proxy = `http://127.0.0.1:${upstreamPort}`;
  return {
    logLevel: 'error',
    models: { [MODEL]: { cmd: 'sleep 86400', proxy, checkEndpoint: '/health', concurrencyLimit: 4096 } },
  };
}
