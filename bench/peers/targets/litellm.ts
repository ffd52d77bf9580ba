import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MODEL } from '../../overhead/upstream/answers.ts';
import { installed, pythonVersion } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** The proxy server with one worker process and the one key that it does not start without; no database. */
export function litellm(): Peer {
  const key = `sk-${randomUUID()}`;
  return {
    name: 'litellm',
    executable: installed('litellm/bin/litellm'),
    remedy: 'install.sh',
    ownsChildren: true,
    // 1,024 streams at 30 tokens a second would take it half a minute of CPU a second.
    streamsMax: 64,
    warmUpMs: 4000,
    headers: () => ({ authorization: `Bearer ${key}` }),
    version: () => pythonVersion('litellm'),
    async command({ executable, directory, port, upstreamPort }) {
      const file = join(directory, 'config.yaml');
      await Bun.write(file, JSON.stringify(configOf(upstreamPort, key)));
      const quiet = ['env', 'LITELLM_LOCAL_MODEL_COST_MAP=True', 'LITELLM_LOG=ERROR', 'NO_DOCS=True'];
      return [...quiet, executable, '--config', file, '--host', '127.0.0.1', '--port', String(port)];
    },
  };
}

function configOf(upstreamPort: number, key: string): object {
  const api_base = `http://127.0.0.1:${upstreamPort}/v1`;
  return {
    model_list: [{ model_name: MODEL, litellm_params: { model: `openai/${MODEL}`, api_base, api_key: 'none' } }],
    general_settings: { master_key: key },
    litellm_settings: { telemetry: false, num_retries: 0 },
  };
}
