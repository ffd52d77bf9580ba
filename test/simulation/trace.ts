/** What happened in a story, and what of it broke a rule: an invariant of `architecture.md` where nothing else is said. */
export interface Trace<Rule = Invariant> {
  note(text: string): void;
  /** Notes that a rule was broken; the story ends there. */
  broken(rule: Rule, text: string): void;
  /** The first that was broken. */
  violation(): Violation<Rule> | undefined;
  /** The last events, oldest first. */
  lines(): readonly string[];
}

/** The invariant's number in `docs/architecture.md`; `life`: the story does not come to its end. */
export type Invariant = 1 | 2 | 4 | 5 | 6 | 7 | 9 | 10 | 'life';

export interface Violation<Rule = Invariant> {
  readonly invariant: Rule;
  readonly text: string;
}

interface Event {
  readonly atMs: number;
  readonly text: string;
}

/** Keeps the last `linesMax` events. */
export function createTrace<Rule = Invariant>(linesMax: number, nowMs: () => number): Trace<Rule> {
  const events: Event[] = [];
  let violation: Violation<Rule> | undefined;

  function note(text: string): void {
    events.push({ atMs: nowMs(), text });
    if (events.length >= 2 * linesMax) events.splice(0, events.length - linesMax);
  }

  return {
    note,
    broken(invariant, text) {
      note(`BROKEN ${String(invariant)}: ${text}`);
      violation ??= { invariant, text };
    },
    violation: () => violation,
    lines: () => events.slice(-linesMax).map(({ atMs, text }) => `${(atMs / 1000).toFixed(3).padStart(12)} s  ${text}`),
  };
}
