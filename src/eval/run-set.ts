import type { Prompt, PromptSet } from '../config/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { askPrompt, type Ask } from './ask-prompt.ts';
import { DECIDED } from './decided.ts';
import type { EvalReport } from './report.ts';
import { isLost, reportOf, type Tried } from './report-of.ts';

/** What running a set needs. */
export interface RunEffects {
  readonly ask: Ask;
  readonly clock: Clock;
  /** What the engine's pool has of what prompts may need. */
  readonly has: Prompt['needs'];
  /** `decided`: nothing more is asked once the set is lost. */
  readonly until: 'decided' | 'end';
  /** Aborting ends it at once; what was not answered counts as failed. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each answer: how many there were, and how many there will be. */
  readonly progress?: ((answered: number, of: number) => void) | undefined;
}

/** Asks every prompt of a set, a few at once, and judges the answers. Never rejects. */
export async function runSet(set: PromptSet, effects: RunEffects): Promise<EvalReport> {
  const { clock, ask, has, until, signal, progress } = effects;
  const startedMs = clock.nowMs();
  const all = set.prompts.map((prompt): Tried => ({
    prompt,
    tries: [],
    asked: prompt.needs.every((it) => has.includes(it)),
  }));
  const line = all.filter((it) => it.asked).flatMap((it) => Array.from({ length: it.prompt.repeat }, () => it));
  const requests = line.length;
  let answered = 0;
  const end = endOf(set, clock, signal);

  async function askInTurn(): Promise<void> {
    for (let next = line.shift(); next !== undefined; next = line.shift()) {
      const tried = await askPrompt(next.prompt, set.promptTimeoutMs, { ask, clock, signal: end.signal });
      if (tried === 'left') return;
      next.tries.push(tried);
      answered += 1;
      progress?.(answered, requests);
      if (until === 'end' || !isLost(set, all)) continue;
      line.length = 0;
      end.abort(DECIDED);
    }
  }

  await Promise.all(Array.from({ length: set.concurrency }, askInTurn));
  end.forget();
  return reportOf(set, all, clock.nowMs() - startedMs);
}

/** The end of a whole set: its time, whoever aborts it from outside, or that it is decided. */
function endOf({ timeoutMs }: PromptSet, clock: Clock, outer: AbortSignal | undefined) {
  const end = new AbortController();
  const leave = () => end.abort(new Error('the evaluation was aborted'));
  const cancel = clock.after(timeoutMs, () => end.abort(new Error(`the set was not done within ${timeoutMs} ms`)));
  if (outer?.aborted === true) leave();
  outer?.addEventListener('abort', leave, { once: true });
  return {
    signal: end.signal,
    abort: (reason: Error) => end.abort(reason),
    forget() {
      cancel();
      outer?.removeEventListener('abort', leave);
    },
  };
}
