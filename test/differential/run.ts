/**
 * Compares one real engine with the gateway before it, and prints what nothing explains:
 * `bun run test/differential/run.ts`, after `scripts/install-vllm.sh --cpu` with the cache's directories (docs/real-vllm.md).
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import knownDifferences from '../../docs/differences.json';
import { engineOf } from '../real-vllm/engine.ts';
import { startNode } from '../support/node.ts';
import { gatewayAt } from './gateway-at.ts';
import requests from './requests.json';
import type { ListedRequest } from './request.ts';
import { runList } from './run-list.ts';

const READY_LIMIT_MS = 300_000;
const cache =
  process.env['SSW_REAL_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ssw-infer');

/** The shipped config for a CPU with its first replica only. */
async function oneEngine(): Promise<string> {
  const shipped = await Bun.file(join(import.meta.dir, '../../config/replicas.cpu.yaml')).text();
  const config = parseDocument(
    shipped
      .replace('port: 8000', 'port: 0')
      .replace('${state}/venv-cpu', join(cache, 'venv-cpu'))
      .replaceAll('${cache}/tiny-models', join(cache, 'tiny-models')),
  );
  config.setIn(['replicas'], [{ name: 'heavy-0', pool: 'heavy' }]);
  config.deleteIn(['pools', 'light']);
  return `\n${config.toString()}`;
}

await using node = await startNode(await oneEngine());
await node.allReady(READY_LIMIT_MS);
const { pid } = await node.replica('heavy-0');
const targets = { engine: { socketPath: engineOf(pid ?? 0).socket }, gateway: gatewayAt(await node.url()) };
const only = new RegExp(process.argv[2] ?? '');
const list = (requests as unknown as readonly ListedRequest[]).filter((it) => only.test(it.name));
const verdict = await runList(list, knownDifferences, targets.engine, targets.gateway);
process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
process.exitCode = verdict.unexplained.length + verdict.unused.length === 0 ? 0 : 1;
