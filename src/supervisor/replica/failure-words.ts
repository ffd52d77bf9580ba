import { failedWith } from '../group/errno.ts';

/** Causes of causes that are told. */
const CAUSES_MAX = 5;

/** What was thrown, down to its root, and what to do where that is known. */
export function wordsOfFailure(error: unknown): string {
  const chain = chainOf(error);
  const words = chain.map((it) => (it instanceof Error ? it.message : String(it))).join(': ');
  const isOutOfDescriptors = chain.some((it) => failedWith(it, 'EMFILE', 'ENFILE'));
  return isOutOfDescriptors ? `${words}; raise LimitNOFILE= of the unit, or \`ulimit -n\`` : words;
}

function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let last = error; last instanceof Error && last.cause !== undefined && chain.length < CAUSES_MAX;) {
    last = last.cause;
    chain.push(last);
  }
  return chain;
}
