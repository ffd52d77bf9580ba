export { GIB, gibText, MIB } from './bytes.ts';
export { overheadBytes } from './assumptions.ts';
export { checkCards } from './check-cards.ts';
export { findModel, type ModelFiles } from './find-model.ts';
export { KNOWN_CARDS_GIB, SHIPPED_CARD } from './known-cards.ts';
export type { FoundModel } from './model-facts.ts';
export { planCards, type CapacityPlan, type CardCapacity, type CardSize } from './plan-cards.ts';
export { REQUEST_LENGTHS, type ReplicaCapacity } from './plan-replica.ts';
