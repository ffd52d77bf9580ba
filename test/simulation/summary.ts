import type { Told } from './simulate.ts';

/** All stories of one run, added up. */
export interface Summary {
  add(told: Told): void;
  transitions(): number;
  /** How far it is. */
  line(nowMs: number): string;
  /** All there is to tell. */
  text(nowMs: number): string;
}

const MS_PER_DAY = 86_400_000;

export function createSummary(beganMs: number): Summary {
  const transitions = new Map<string, number>();
  const faults = new Map<string, number>();
  let seeds = 0;
  let failed = 0;
  let total = 0;
  let simulatedMs = 0;

  function line(nowMs: number): string {
    const seconds = (nowMs - beganMs) / 1000;
    const speed = `${Math.round(total / seconds)} a second`;
    const days = `${(simulatedMs / MS_PER_DAY).toFixed(1)} simulated days`;
    return `${seeds} seeds, ${failed} failed; ${total} transitions in ${seconds.toFixed(0)} s (${speed}); ${days}`;
  }

  return {
    add({ tally, violation, simulatedMs: ms }) {
      seeds += 1;
      if (violation !== undefined) failed += 1;
      total += tally.total();
      simulatedMs += ms;
      addUp(transitions, tally.transitions);
      addUp(faults, tally.faults);
    },
    transitions: () => total,
    line,
    text: (nowMs) => [line(nowMs), table('transitions', transitions), table('faults', faults)].join('\n'),
  };
}

function addUp(sums: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [kind, count] of more) sums.set(kind, (sums.get(kind) ?? 0) + count);
}

function table(title: string, counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].toSorted(([, one], [, other]) => other - one);
  return [`${title}:`, ...rows.map(([kind, count]) => `${String(count).padStart(10)}  ${kind}`)].join('\n');
}
