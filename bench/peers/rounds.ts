import type { Run } from '../overhead/figures.ts';
import { measure } from '../overhead/measure.ts';
import type { Plan, Point } from '../overhead/plan.ts';
import type { Target } from '../overhead/targets/target.ts';

/** A target, and what is put on it. */
export interface Contestant {
  readonly target: Target;
  /** Most streams at once. */
  readonly streamsMax: number;
  /** Load before the first measurement, where it is more than the plan's. */
  readonly warmUpMs: number;
  /** Whether the run goes on without it when it cannot be measured. */
  readonly mayFail: boolean;
}

/** Somebody who could not be measured at a point. */
export interface Failure {
  readonly target: string;
  readonly point: Point;
  readonly why: string;
}

/** Everything that was measured, and what could not be. */
export interface Rounds {
  readonly runs: readonly Run[];
  readonly failures: readonly Failure[];
}

/** Every round measures all at every point once, in the other order each time, so that none always comes first. */
export async function measureRounds(all: readonly Contestant[], plan: Plan, signal: AbortSignal): Promise<Rounds> {
  const runs: Run[] = [];
  const failures: Failure[] = [];
  const isOut = ({ target, streamsMax }: Contestant, point: Point) =>
    (point.kind === 'streams' && point.concurrency > streamsMax) ||
    failures.some((it) => it.target === target.name && it.point === point);

  for (let round = 0; round < plan.rounds; round += 1) {
    for (const point of plan.points) {
      for (const one of round % 2 === 0 ? all : all.toReversed()) {
        if (isOut(one, point)) continue;
        const { target } = one;
        const tell = (what: string) =>
          process.stderr.write(`round ${round + 1}/${plan.rounds}: ${pointName(point)} to ${target.name}: ${what}\n`);
        try {
          const measurement = await measure(target, point, plan, signal);
          runs.push({ round, point, target, measurement });
          const rate = Math.round(measurement.samples / measurement.windowSeconds);
          tell(`${rate}/s, ${measurement.errors} errors`);
        } catch (error) {
          if (signal.aborted || !one.mayFail) throw error;
          failures.push({ target: target.name, point, why: reasonOf(error) });
          tell('failed');
        }
      }
    }
  }
  const hasFailed = (run: Run) => failures.some((it) => it.target === run.target.name && it.point === run.point);
  return { runs: runs.filter((it) => !hasFailed(it)), failures };
}

/** Of a load generator's last words the error alone. */
function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return /^error: (.*)$/m.exec(words)?.[1] ?? words;
}

export function pointName({ kind, concurrency, inStep }: Point): string {
  return `${concurrency} ${kind}${inStep === true ? ' in step' : ''}`;
}

/** The first requests to each meet code that is not compiled yet; they are not measured, but must be right. */
export async function warmUp(all: readonly Contestant[], plan: Plan, signal: AbortSignal): Promise<void> {
  for (const { target, warmUpMs } of all) {
    const [before, within] = [Math.max(plan.warmUpMs, warmUpMs), Math.max(plan.windowMs, warmUpMs / 2)];
    const longer = { ...plan, warmUpMs: before, windowMs: within };
    for (const kind of ['requests', 'streams'] as const) {
      const { faults } = await measure(target, { kind, concurrency: 16 }, longer, signal);
      if (faults.length > 0) throw new Error(`wrong answers from ${target.name} at the warm-up: ${faults.join('; ')}`);
    }
  }
}
