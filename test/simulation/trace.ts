/** What happened in a story, and what of it broke a rule: an invariant where nothing else is said. */
export interface Trace<Rule = Invariant> {
  note(text: string): void;
  /** Notes that a rule was broken; the story ends there. */
  broken(rule: Rule, text: string): void;
  /** The first that was broken. */
  violation(): Violation<Rule> | undefined;
  /** The last events, oldest first. */
  lines(): readonly string[];
}

/**
 * What holds whatever happens, by number; `life`: the story comes to its end.
 *
 *  1  Every accepted request gets exactly one terminal outcome, and its client sees it if it is still there.
 *  2  A client never sees bytes of two executions.
 *  4  Never two starts, or a start and a stop, on one card at once; no start before the last process of the previous group is gone.
 *  5  SIGTERM goes to the leader only; SIGKILL goes to the group only.
 *  6  Whatever exit code, an exit that was not asked for is a crash.
 *  7  A request in flight in two engine deaths is run again only alone; one that dies there too is never run again.
 *  9  A bad config never stops what runs.
 * 10  The node's death leaves no engine behind, and its restart finds none of its own.
 */
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
