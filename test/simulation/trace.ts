/** What happened in a story, and what of it broke a rule. */
export interface Trace {
  note(text: string): void;
  /** Notes that an invariant of `architecture.md` was broken; the story ends there. */
  broken(invariant: Invariant, text: string): void;
  /** The first that was broken. */
  violation(): Violation | undefined;
  /** The last events, oldest first. */
  lines(): readonly string[];
}

/** The invariant's number in `docs/architecture.md`; `life`: the story does not come to its end. */
export type Invariant = 1 | 2 | 4 | 5 | 6 | 7 | 9 | 10 | 'life';

export interface Violation {
  readonly invariant: Invariant;
  readonly text: string;
}

interface Event {
  readonly atMs: number;
  readonly text: string;
}

/** Keeps the last `linesMax` events. */
export function createTrace(linesMax: number, nowMs: () => number): Trace {
  const events: Event[] = [];
  let violation: Violation | undefined;

  function note(text: string): void {
    events.push({ atMs: nowMs(), text });
    if (events.length >= 2 * linesMax) events.splice(0, events.length - linesMax);
  }

  return {
    note,
    broken(invariant, text) {
      note(`BROKEN ${invariant}: ${text}`);
      violation ??= { invariant, text };
    },
    violation: () => violation,
    lines: () => events.slice(-linesMax).map(({ atMs, text }) => `${(atMs / 1000).toFixed(3).padStart(12)} s  ${text}`),
  };
}
