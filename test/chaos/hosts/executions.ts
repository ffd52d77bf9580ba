import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestNode } from '../../support/node.ts';

/** Requests that the engines of these hosts ran to their last token, as they count themselves. */
export async function executionsOf(hosts: readonly TestNode[]): Promise<number> {
  const all = await Promise.all(hosts.flatMap(({ directory }) => socketsOf(directory).map(ranToTheEnd)));
  return all.reduce((sum, it) => sum + it, 0);
}

function socketsOf(directory: string): string[] {
  const run = join(directory, 'run');
  return readdirSync(run)
    .filter((it) => /-(?:heavy|light)\.sock$/.test(it))
    .map((it) => join(run, it));
}

async function ranToTheEnd(unix: string): Promise<number> {
  const text = await (await fetch('http://engine/metrics', { unix })).text();
  const counts = text.matchAll(/^vllm:request_success_total\{[^}]*finished_reason="(?:length|stop)"[^}]*\} (\d+)$/gm);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, it) => sum + it, 0);
}
