import { join } from 'node:path';
import { MODELS, VENV } from './setting.ts';

const SHIPPED = join(import.meta.dir, '../../config/replicas.cpu.yaml');

/** The shipped config for real vLLM on a CPU, on a free port, with what run.sh installed in place of the defaults. */
export async function cpuConfig(): Promise<string> {
  const shipped = await Bun.file(SHIPPED).text();
  return shipped
    .replace('port: 8000', 'port: 0')
    .replace('${state}/venv-cpu', VENV)
    .replaceAll('${cache}/tiny-models', MODELS);
}
