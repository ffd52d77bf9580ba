import type { Outcome } from '../load/serve.ts';
import type { Story } from '../load/ledger.ts';
import type { Trace } from '../trace.ts';

/** What engines write into their answers: the pid of their leader, once for each piece. */
const MARK = /"content":"(\d+) "/g;

/** Invariants 1 and 2 on what a client got: bytes of one execution, whole or known not to be. */
export function checkAnswer(id: string, story: Story, { status, text, isWhole }: Outcome, trace: Trace): void {
  const marks = [...text.matchAll(MARK)].map(([, pid]) => pid);
  if (new Set(marks).size > 1) trace.broken(2, `${id} got bytes of engines ${[...new Set(marks)].join(' and ')}`);
  if (status !== 200 && marks.length > 0) trace.broken(1, `${id} got an answer under status ${status}`);
  const pieces = story.isStream ? story.pieces + 1 : 1;
  if (isWhole && marks.length !== pieces)
    trace.broken(1, `${id} got ${marks.length} of ${pieces} pieces for the whole`);
}
