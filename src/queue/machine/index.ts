export { applyCommit } from './commit.ts';
export { createMachine, tiersOf, type Machine, type Placed, type Tier } from './machine.ts';
