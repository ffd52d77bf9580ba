import type { ExitEvidence } from './evidence.ts';

/** A replica of 52 % of card 0 that ended while it started, with nothing else known. */
export function exitOf(more: Partial<ExitEvidence>): ExitEvidence {
  return {
    code: 1,
    signal: null,
    logTail: [],
    whileIn: 'starting',
    oomKills: 0,
    kernelLines: [],
    card: undefined,
    about: { replica: 'light-0', gpu: 0, gpuMemoryUtilization: 0.52 },
    ...more,
  };
}

/** An engine that served and ended by itself. */
export function servedUntil(more: Partial<ExitEvidence>): ExitEvidence {
  return exitOf({
    code: 0,
    whileIn: 'serving',
    logTail: ['INFO:     10.0.0.1:34658 - "POST /v1/completions" 200 OK'],
    ...more,
  });
}

/** What follows any failure of a start (vllm/v1/engine/utils.py, `wait_for_engine_startup`). */
export const START_FAILED =
  '(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';

/** A card of 44.43 GiB that a process of somebody else holds 12 GiB of. */
export const CROWDED_CARD = {
  totalMiB: 45_496,
  freeMiB: 20_163,
  holders: [
    { pid: 4242, name: 'python', usedMiB: 12_288 },
    { pid: 17, name: 'Xorg', usedMiB: undefined },
  ],
} as const;
