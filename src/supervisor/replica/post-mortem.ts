import type { CardState, ExitCause, ExitEvidence, ReplicaPlan } from '../../engine/index.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { CardReader } from '../card/reading.ts';
import type { Remains } from './remains.ts';
import type { Finding, Stage } from './stage.ts';

/** Endings that the card may tell more of: its numbers, who holds its memory, or that it is gone. */
const CARD_TELLS: ReadonlySet<ExitCause> = new Set([
  'no_card_memory',
  'no_kv_room',
  'cuda_out_of_memory',
  'cuda_fault',
  'unknown',
]);

/**
 * What an engine ended of: exit code, signal, last lines, what the kernel says and, for endings nobody asked for where
 * it may help, a look at the card. That look has a limit of its own, and nobody starts on the card meanwhile.
 */
export async function explain(
  { exit, ...traces }: Remains,
  stage: Stage,
  plan: ReplicaPlan,
  effects: SupervisorEffects,
): Promise<Finding> {
  const { name, gpu, gpuMemoryUtilization } = plan.replica;
  const evidence: ExitEvidence = {
    ...exit,
    ...traces,
    whileIn: wasServing(stage) ? 'serving' : 'starting',
    seen: isUnasked(stage) ? stage.why?.cause : undefined,
    card: undefined,
    about: { replica: name, gpu, gpuMemoryUtilization },
  };
  const first = effects.classifyExit(evidence);
  const isWorthALook = gpu !== undefined && isUnasked(stage) && CARD_TELLS.has(first.cause);
  const found = isWorthALook
    ? effects.classifyExit({ ...evidence, card: await cardState(effects.cards, gpu, traces.pids) })
    : first;
  const { cause, advice, from } = found;
  return { exit: { cause, advice, ...exit, atUnixMs: effects.unixMs() }, from };
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
  cards: CardReader,
  gpu: number,
  own: readonly number[],
): Promise<CardState | 'lost' | undefined> {
  const reading = await cards.read(gpu);
  if (reading.is === 'unreadable') return undefined;
  if (reading.is === 'lost') return 'lost';
  const { totalMiB, freeMiB, processes } = reading;
  return { totalMiB, freeMiB, holders: processes.filter(({ pid }) => !own.includes(pid)) };
}
