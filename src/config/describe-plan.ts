import type { Plan, PlanStep } from './diff.ts';

/** A plan for a person, a line a step. */
export function describePlan({ needsRestart, inPlace, addedPools, removedPools, steps }: Plan): readonly string[] {
  return [
    ...(needsRestart.length === 0 ? [] : [describeBound(needsRestart)]),
    ...inPlace.map((section) => `take ${section} in place`),
    ...addedPools.map((pool) => `add pool ${pool}`),
    ...steps.map(describeStep),
    ...removedPools.map((pool) => `remove pool ${pool}`),
  ];
}

/** Why nothing can be applied. */
export function describeBound(needsRestart: readonly string[]): string {
  return `needs a restart of the service: ${needsRestart.join(', ')}`;
}

/** One step for a person. */
export function describeStep(step: PlanStep): string {
  switch (step.kind) {
    case 'remove':
      return `remove replica ${step.before.replica.name}`;
    case 'replace':
      return `restart replica ${step.definition.replica.name} (changed: ${step.because.join(', ')})`;
    case 'add':
      return `add replica ${step.definition.replica.name}`;
  }
}
