export type { Ask, Question, Reply } from './ask-prompt.ts';
export { createGate, type Gate, type GateEffects, type GateOptions, type GateResult } from './gate.ts';
export type { EvalReport, PromptReport, TryReport } from './report.ts';
export { runSet, type RunEffects } from './run-set.ts';
export { configuredSet, type ConfiguredSet } from './configured-set.ts';
export { shippedSet } from './shipped.ts';
