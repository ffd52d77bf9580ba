export type { Question } from './ask-prompt.ts';
export { createGate, type GateEffects, type GateResult } from './gate.ts';
export type { EvalReport } from './report.ts';
export { runSet } from './run-set.ts';
export { configuredSet } from './configured-set.ts';
export { shippedSet } from './shipped.ts';
