export { GIB, gibText, MIB } from './bytes.ts';
export { overheadBytes } from './assumptions.ts';
export { checkCards } from './check-cards.ts';
export { findModel, type ModelFiles, type ModelPlaces } from './find-model.ts';
export { KNOWN_CARDS_GIB, SHIPPED_CARD } from './known-cards.ts';
export type { FoundModel } from './model-facts.ts';
export {
  planCards,
  type CapacityPlan,
  type CapacityProblem,
  type CardCapacity,
  type CardSize,
  type KnownHost,
} from './plan-cards.ts';
export type { ReplicaCapacity } from './plan-replica.ts';
