import { START_PHASES, type StartPhase } from '../../../src/engine/index.ts';
import { chance, mostlyShort, type World } from '../world/world.ts';

/** How one life of an engine goes as far as nobody does anything to it. Drawn at its spawn. */
export interface Temper {
  /** How long it stays in each phase of its start. */
  readonly phaseMs: Readonly<Record<StartPhase, number>>;
  /** Where its start stays for ever. */
  readonly stuckIn: StartPhase | undefined;
  /** Its last words, where its start ends by itself in `loading`. */
  readonly failsWith: string | undefined;
  readonly onTerm: 'leave' | 'swallow_one' | 'ignore';
  /** From SIGTERM to exit. */
  readonly leaveMs: number;
  /** From SIGKILL to the end of each process: long in uninterruptible sleep. */
  readonly dieMs: number;
  /** From the end of its core until the driver has given all of its memory back. */
  readonly keepMs: number;
  /** From the end of its core to its leader's. */
  readonly leaderFollowsMs: number;
  /** From the end of its leader to its core's. */
  readonly coreFollowsMs: number;
}

/** Last words of starts that fail, in the words of vLLM, and whether another try may help. */
const FAILURES = [
  'vllm: error: unrecognized arguments: --no-such-flag',
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 44.99 GiB',
  'OSError: Max retries exceeded with url: /Qwen/config.json',
  'RuntimeError: something nobody has seen before',
] as const;

/** An engine as it mostly is. */
export function calmTemper(world: World): Temper {
  const startMs = mostlyShort(world, 1000, 20_000);
  const shares = START_PHASES.map((phase) => [phase, world.random.next() * (startMs / 4)]);
  return {
    phaseMs: Object.fromEntries(shares) as Record<StartPhase, number>,
    stuckIn: undefined,
    failsWith: undefined,
    onTerm: 'leave',
    leaveMs: mostlyShort(world, 50, 2000),
    dieMs: mostlyShort(world, 1, 50),
    keepMs: mostlyShort(world, 0, 2000),
    leaderFollowsMs: mostlyShort(world, 1500, 3500),
    coreFollowsMs: mostlyShort(world, 0, 500),
  };
}

/** One that may be bad in any way. */
export function anyTemper(world: World): Temper {
  const { random } = world;
  const calm = calmTemper(world);
  const slowness = chance(world, 0.1) ? 1 + random.next() * 5 : 1;
  const phases = START_PHASES.map((phase) => [phase, calm.phaseMs[phase] * slowness]);
  return {
    ...calm,
    phaseMs: Object.fromEntries(phases) as Record<StartPhase, number>,
    stuckIn: chance(world, 0.04) ? random.pick(START_PHASES) : undefined,
    failsWith: chance(world, 0.05) ? random.pick(FAILURES) : undefined,
    onTerm: random.pick(['leave', 'leave', 'leave', 'leave', 'swallow_one', 'ignore']),
    leaveMs: chance(world, 0.1) ? random.next() * 15_000 : calm.leaveMs,
    dieMs: chance(world, 0.05) ? random.next() * 15_000 : calm.dieMs,
    keepMs: chance(world, 0.1) ? random.next() * 80_000 : calm.keepMs,
  };
}
