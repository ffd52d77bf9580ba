import type { EngineClient, EngineDocument, EngineReply, EngineRequest } from '../engine/index.ts';
import type { Clock } from '../telemetry/index.ts';

/** How an engine at full load behaves for a while. */
type Spell =
  | 'burst' // tokens for everybody; a new request queues
  | 'prefill' // one long prompt after the other: no step ends, though never for as long as `stall_after_s`
  | 'drained'; // all is said, but the clients read slowly; a new request is served at once

/** How an engine hangs: its core alone, with an API that answers and has little to do; or the whole of it. */
export type Hang = 'core' | 'server';

/** An engine at full load. Its API is as late as it likes, but something is answered at least every 20 s. */
export interface BusyEngine {
  readonly client: EngineClient;
  /** Something happened that its clients see: a request ended well. */
  onAnswered: () => void;
  /** Tokens it was asked for. */
  doubts(): number;
  hang(how: Hang): void;
}

const STEP_MS = 50;
const LATE_MS_MAX = 12_000;
const SILENT_MS_MAX = 20_000;
const QUEUE_MS_MAX = 60_000;
const ANSWER_EVERY_MS_MAX = 10_000;
const SPELLS: Record<Spell, { readonly leastMs: number; readonly mostMs: number }> = {
  burst: { leastMs: ANSWER_EVERY_MS_MAX, mostMs: 50_000 }, // time enough for one of hundreds of requests to end
  prefill: { leastMs: 0, mostMs: 29_500 },
  drained: { leastMs: 0, mostMs: 300_000 },
};
const AFTER_SPELL: Record<Spell, readonly Spell[]> = {
  burst: ['prefill', 'prefill', 'prefill', 'drained'],
  prefill: ['burst'],
  drained: ['burst'],
};

export function createBusyEngine(clock: Clock, random: () => number): BusyEngine {
  const steps = createSteps(random);
  let hung: Hang | undefined;
  let answeredAtMs = 0;
  let doubts = 0;

  const engine: BusyEngine = {
    client: { get, send, close: () => undefined },
    onAnswered: () => undefined,
    doubts: () => doubts,
    hang(how) {
      hung = how;
      steps.freezeAt(clock.nowMs());
    },
  };

  /** After its core hung there is nothing left that keeps the API busy. */
  function latenessMs(): number {
    if (hung === 'core') return random() * 500;
    const isDue = clock.nowMs() - answeredAtMs > SILENT_MS_MAX - 5000;
    return random() * (isDue ? 1000 : LATE_MS_MAX);
  }

  function get(path: string, timeoutMs: number): Promise<EngineDocument> {
    const lateMs = latenessMs();
    const countedAtMs = clock.nowMs() + lateMs * random();
    return new Promise((resolve) => {
      const giveUp = clock.after(timeoutMs, () => resolve({ ok: false, failure: 'timed_out', cause: 'late' }));
      clock.after(lateMs, () => {
        if (hung === 'server' || lateMs >= timeoutMs) return;
        giveUp();
        answeredAtMs = clock.nowMs();
        const text = path === '/health' ? '' : `vllm:iteration_tokens_total_count{} ${steps.countAt(countedAtMs)}\n`;
        resolve({ ok: true, status: 200, text });
      });
    });
  }

  function send({ signal }: EngineRequest): Promise<EngineReply> {
    doubts += 1;
    const queueMs = steps.spellAt(clock.nowMs()) === 'drained' ? 100 : random() * QUEUE_MS_MAX;
    return new Promise((resolve) => {
      const cancel = clock.after(queueMs, () => {
        if (hung === undefined && steps.spellAt(clock.nowMs()) !== 'prefill') resolve(oneToken());
      });
      signal.addEventListener('abort', () => {
        cancel();
        resolve({ ok: false, failure: 'aborted', cause: signal.reason });
      });
    });
  }

  /** Requests end in bursts; where clients read slowly also long after the core froze. */
  function endRequests(): void {
    if (hung !== 'server' && (hung === 'core' || steps.spellAt(clock.nowMs()) === 'burst')) engine.onAnswered();
    clock.after(1000 + random() * (ANSWER_EVERY_MS_MAX - 1000), endRequests);
  }

  endRequests();
  return engine;
}

function oneToken(): EngineReply {
  const body = (async function* () {
    yield new TextEncoder().encode('{"usage":{"completion_tokens":1}}');
  })();
  return { ok: true, status: 200, headers: {}, body };
}

/** Steps over time: random spells, worked out as far as somebody asks. */
function createSteps(random: () => number) {
  const spells: { readonly spell: Spell; readonly fromMs: number; readonly untilMs: number; readonly count: number }[] =
    [{ spell: 'burst', fromMs: 0, untilMs: 10_000, count: 0 }];
  let frozenAtMs = Infinity;

  function at(ms: number) {
    for (;;) {
      const last = spells.at(-1);
      if (last === undefined) throw new Error('no spell');
      if (ms < last.untilMs) return spells.findLast((it) => it.fromMs <= ms) ?? last;
      const choice = AFTER_SPELL[last.spell];
      const spell = choice[Math.floor(random() * choice.length)] ?? 'burst';
      const { untilMs: fromMs } = last;
      const { leastMs, mostMs } = SPELLS[spell];
      const untilMs = fromMs + leastMs + random() * (mostMs - leastMs);
      spells.push({ spell, fromMs, untilMs, count: countIn(last, fromMs) });
      if (spells.length > 50) spells.shift();
    }
  }

  const countIn = ({ spell, fromMs, count }: (typeof spells)[number], ms: number) =>
    spell === 'burst' ? count + 1 + Math.floor((ms - fromMs) / STEP_MS) : count;

  return {
    spellAt: (ms: number) => at(ms).spell,
    countAt: (ms: number) => countIn(at(Math.min(ms, frozenAtMs)), Math.min(ms, frozenAtMs)),
    freezeAt: (ms: number) => (frozenAtMs = ms),
  };
}
