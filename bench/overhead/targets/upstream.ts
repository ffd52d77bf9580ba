import { join } from 'node:path';
import { MODEL } from '../upstream/answers.ts';
import { waitFor } from '../wait.ts';
import { startChild } from './child.ts';
import { freePort, type Site, type Target } from './target.ts';

const START_LIMIT_MS = 10_000;

const program = join(import.meta.dir, '../fake-upstream.ts');

/** The upstream's command, up to where `vllm serve` takes over. */
export function upstreamCommand(tokensPerSecond: number): readonly string[] {
  return [process.execPath, program, '--tokens-per-s', String(tokensPerSecond)];
}

/** The upstream by itself. */
export async function startDirect({ directory, tokensPerSecond, stack, signal }: Site): Promise<Target> {
  const port = freePort();
  const serve = ['serve', MODEL, '--host', '127.0.0.1', '--port', String(port)];
  const child = stack.use(startChild('direct', [...upstreamCommand(tokensPerSecond), ...serve], directory));
  const answers = () => {
    child.check();
    return fetch(`http://127.0.0.1:${port}/health`, { signal }).then(
      (it) => it.ok,
      () => false,
    );
  };
  await waitFor('the fake upstream answers', answers, START_LIMIT_MS, signal);
  return { name: 'direct', port, model: MODEL, processes: [] };
}
