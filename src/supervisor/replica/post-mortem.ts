import type { CardState, ExitCause, ExitEvidence, ReplicaPlan } from '../../engine/index.ts';
import type { AddressReader } from '../card/address.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { Remains } from './remains.ts';
import type { Finding, Stage } from './stage.ts';

/** Endings that the card may tell more of: its numbers, who holds its memory, or whether it is gone. */
const CARD_TELLS: ReadonlySet<ExitCause> = new Set([
  'no_card_memory',
  'no_kv_room',
  'cuda_out_of_memory',
  'cuda_fault',
  'card_lost', // the kernel's word for it may be about a neighbour's
  'unknown',
]);

/** What the endings of one replica came of. */
export interface PostMortem {
  /**
   * Reads exit code, signal, last lines, what the kernel says and, where it may help and nobody waits for what comes
   * next, the card. That look has a limit of its own, and nobody starts on the card meanwhile. Never rejects.
   */
  explain(remains: Remains, stage: Stage): Promise<Finding>;
  /** Somebody waits now: the look that is under way, if any, is waited for no longer. */
  giveUpLook(): void;
}

export function createPostMortem(plan: ReplicaPlan, effects: SupervisorEffects, cards: AddressReader): PostMortem {
  const { name, gpu, gpuMemoryUtilization } = plan.replica;
  let giveUp: (() => void) | undefined;

  function evidenceOf({ exit, ...traces }: Remains, stage: Stage, card: ExitEvidence['card']): ExitEvidence {
    const pciBusId = gpu === undefined ? undefined : cards.pciBusIdOf(gpu);
    return {
      ...exit,
      ...traces,
      whileIn: wasServing(stage) ? 'serving' : 'starting',
      seen: isUnasked(stage) ? stage.why?.cause : undefined,
      card,
      about: { replica: name, gpu, gpuMemoryUtilization, pciBusId },
    };
  }

  async function look(on: number, own: readonly number[]): Promise<ExitEvidence['card']> {
    const givenUp = Promise.withResolvers<undefined>();
    giveUp = () => givenUp.resolve(undefined);
    return Promise.race([cardState(cards, on, own), givenUp.promise]);
  }

  async function classify(remains: Remains, stage: Stage): Promise<Finding> {
    const first = effects.classifyExit(evidenceOf(remains, stage, undefined));
    const isWorthALook = isUnasked(stage) && stage.next === 'backoff' && CARD_TELLS.has(first.cause);
    const card = gpu !== undefined && isWorthALook ? await look(gpu, remains.pids) : undefined;
    const found = card === undefined ? first : effects.classifyExit(evidenceOf(remains, stage, card));
    const { cause, advice, from } = found;
    return { exit: { cause, advice, ...remains.exit, atUnixMs: effects.unixMs() }, from };
  }

  /** Whatever fails in explaining an ending, the engine comes back. */
  function unexplained({ exit }: Remains, error: unknown): Finding {
    effects.log.error({ replica: name, err: error }, `the ending of ${name} cannot be explained`);
    const advice = 'It ended and cannot be explained; see its last lines with `ssw-infer logs`.';
    return { exit: { cause: 'unknown', advice, ...exit, atUnixMs: effects.unixMs() }, from: 'code' };
  }

  return {
    explain: (remains, stage) => classify(remains, stage).catch((error: unknown) => unexplained(remains, error)),
    giveUpLook: () => giveUp?.(),
  };
}

function isUnasked(stage: Stage): stage is Extract<Stage, { readonly ending: 'unasked' }> {
  return stage.in === 'cleaning' && stage.ending === 'unasked';
}

function wasServing(stage: Stage): boolean {
  const endedIn = stage.in === 'cleaning' ? stage.from : stage.in;
  return endedIn === 'ready' || endedIn === 'draining';
}

/** Its own processes may still be listed: they hold nothing for long. */
async function cardState(
  cards: AddressReader,
  gpu: number,
  own: readonly number[],
): Promise<CardState | 'lost' | undefined> {
  const reading = await cards.read(gpu);
  if (reading.is === 'unreadable') return undefined;
  if (reading.is === 'lost') return 'lost';
  const { totalMiB, freeMiB, processes } = reading;
  return { totalMiB, freeMiB, holders: processes.filter(({ pid }) => !own.includes(pid)) };
}
