export type { WatchEffects } from './probes.ts';
export { createWatch, type EngineWatch, type StartWatch } from './run.ts';
export type { Capacity, WatchReport } from './state.ts';
export type { Passive, Verdict } from './verdict.ts';
