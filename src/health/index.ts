export type { WatchEffects } from './probes.ts';
export { createWatch, type StartWatch } from './run.ts';
export type { Capacity, WatchReport } from './state.ts';
export type { Verdict } from './verdict.ts';
