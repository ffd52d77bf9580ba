/** A stream that wants its tokens at the pace. */
export interface PacedStream {
  /** Sends one token; false when it wants no further one. */
  give(token: Buffer): boolean;
}

/** Gives every stream one token an interval, counted from the moment it was added; or at whole intervals, in step. */
export interface Pacer {
  readonly streams: number;
  add(stream: PacedStream, nowMs: number, inStep?: boolean): void;
  /** Gives out what is due by `nowMs`, late or not; `makeToken` is called once, if at all: one engine step, one stamp. */
  advance(nowMs: number, makeToken: () => Buffer): void;
}

/** Slots of one millisecond; the interval must be shorter than all of them together. */
const SLOTS = 1024;

interface Due {
  readonly stream: PacedStream;
  /** Exact, so that rounding to slots does not add up. */
  readonly atMs: number;
  readonly inStep: boolean;
}

/** A timing wheel: a step costs what is due in it, not what runs. */
export function createPacer(tokensPerSecond: number): Pacer {
  const intervalMs = 1000 / tokensPerSecond;
  if (!(intervalMs >= 1 && intervalMs < SLOTS)) throw new Error('the pace must be between 1 and 1000 tokens a second');
  const slots: Due[][] = Array.from({ length: SLOTS }, () => []);
  let next: number | undefined;
  let streams = 0;

  const put = (due: Due) => slots[Math.ceil(due.atMs) % SLOTS]?.push(due);
  // Of all streams in step the same number, however it was come to.
  const wholeInterval = (ms: number) => Math.round(ms / intervalMs) * intervalMs;
  const give = ({ stream, atMs, inStep }: Due, token: Buffer) => {
    const nextMs = atMs + intervalMs;
    if (stream.give(token)) put({ stream, inStep, atMs: inStep ? wholeInterval(nextMs) : nextMs });
    else streams -= 1;
  };

  return {
    get streams() {
      return streams;
    },
    add(stream, nowMs, inStep = false) {
      streams += 1;
      next ??= Math.floor(nowMs);
      put({ stream, inStep, atMs: inStep ? wholeInterval(nowMs + intervalMs) : nowMs + intervalMs });
    },
    advance(nowMs, makeToken) {
      let token: Buffer | undefined;
      for (next ??= Math.floor(nowMs); next <= nowMs; next += 1) {
        const due = slots[next % SLOTS]?.splice(0) ?? [];
        for (const one of due) give(one, (token ??= makeToken()));
      }
    },
  };
}
