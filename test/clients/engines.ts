import type { TestNode } from '../support/node.ts';
import { countersOf, engineOf, type Counters, type Engine } from '../real-vllm/engine.ts';

/** The engines of a pool, the one by one that it has now. */
export async function enginesOf(node: TestNode, pool: string): Promise<readonly Engine[]> {
  const { replicas } = await node.status();
  return replicas
    .filter((it) => it.name.startsWith(`${pool}-`))
    .flatMap(({ pid }) => (pid === null ? [] : [engineOf(pid)]));
}

/** The counters of a pool's engines, added up. */
export async function poolCounters(node: TestNode, pool: string): Promise<Counters> {
  const all = await Promise.all((await enginesOf(node, pool)).map(countersOf));
  return {
    generatedTokens: all.reduce((total, it) => total + it.generatedTokens, 0),
    running: all.reduce((total, it) => total + it.running, 0),
  };
}
