import { join } from 'node:path';
import { waitFor } from '../../overhead/wait.ts';
import { given, said } from '../installed.ts';
import type { Peer, Place } from '../peer.ts';

const INSTANCE = 'bench';
const LISTEN_LIMIT_MS = 20_000;

/** One instance of kind vLLM whose process is a stand-in that waits; requests go to the upstream all the same. */
export function llamactl(path: string | undefined): Peer {
  const executable = given('--llamactl', path);
  return {
    name: 'llamactl',
    executable,
    remedy: '--llamactl PATH',
    ownsChildren: false,
    model: INSTANCE,
    version: () => said([executable ?? '', '--version']),
    async command({ executable: program, directory, port, upstreamPort }) {
      const file = join(directory, 'llamactl.yaml');
      await Bun.write(file, JSON.stringify(configOf(directory, port, upstreamPort)));
      return ['env', `LLAMACTL_CONFIG_PATH=${file}`, program];
    },
    prepare: createInstance,
  };
}

function configOf(directory: string, port: number, upstreamPort: number): object {
  return {
    server: { host: '127.0.0.1', port },
    data_dir: directory,
    instances: { port_range: [upstreamPort, upstreamPort + 1] },
    // What it adds to these arguments is nothing to the shell.
    backends: { vllm: { command: 'sh', args: ['-c', 'exec sleep 86400'] } },
    auth: { require_inference_auth: false, require_management_auth: false },
  };
}

async function createInstance({ port, upstreamPort, site }: Place): Promise<void> {
  const url = `http://127.0.0.1:${port}/api/v1/instances/${INSTANCE}`;
  const options = {
    backend_type: 'vllm',
    backend_options: { model: INSTANCE, host: '127.0.0.1', port: upstreamPort },
    auto_restart: false,
  };
  const send = (to: string, body: string) =>
    fetch(to, { method: 'POST', body, headers: { 'content-type': 'application/json' }, signal: site.signal });
  const create = () =>
    send(url, JSON.stringify(options)).then(
      (it) => it.ok,
      () => false,
    );
  await waitFor('llamactl has made its instance', create, LISTEN_LIMIT_MS, site.signal);
  const started = await send(`${url}/start`, '{}');
  if (!started.ok) throw new Error(`llamactl did not start its instance: ${await started.text()}`);
}
