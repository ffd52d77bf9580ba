import { countBars } from './bars.ts';
import { START_PHASES, type StartPhase, type StartProgress } from './phase.ts';
import { startSignOf } from './signs.ts';

/**
 * Reads the output of one start, line by line. Answers how far it is where a line took it further, so that every
 * answer is progress and neither phase nor `done` ever goes back; `undefined` for all other lines. `total` grows when
 * another bar of the phase begins.
 */
export function followStart(): (line: string) => StartProgress | undefined {
  let phase: StartPhase = 'spawned';
  let bars = countBars();
  return (line) => {
    const sign = startSignOf(line);
    if (sign === undefined || isBefore(sign.phase, phase)) return undefined;
    const entered = sign.phase !== phase;
    if (entered) bars = countBars();
    phase = sign.phase;
    const advanced = sign.bar === undefined || bars.advance(sign.bar);
    return entered || advanced ? { phase, ...bars.sum() } : undefined;
  };
}

function isBefore(one: StartPhase, other: StartPhase): boolean {
  return START_PHASES.indexOf(one) < START_PHASES.indexOf(other);
}
