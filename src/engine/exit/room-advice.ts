import {
  aboveStep,
  cardOf,
  cardState,
  gib,
  holdersOf,
  largestAdmitted,
  largestNow,
  orStopOthers,
  toGiB,
  utilizationOf,
} from './card-memory.ts';
import type { ExitEvidence } from './evidence.ts';

/** Of an admission that was refused, in GiB, as vLLM wrote them. */
interface Refusal {
  readonly free: string;
  readonly total: string;
  readonly wanted: string;
}

/** Less was free at the start than the replica's share of the card. */
export function notAdmitted({ free, total, wanted }: Refusal, evidence: ExitEvidence): string {
  const needs = `Needs ${wanted} GiB free on ${cardOf(evidence)}, ${free} of ${total} are${inBrackets(holdersOf(evidence))}`;
  return `${needs}; ${lowered(largestAdmitted(Number(free), Number(total)), evidence)}${freedSince(wanted, evidence)}.`;
}

function lowered(to: number | undefined, evidence: ExitEvidence): string {
  if (to === undefined) return `no value of ${utilizationOf(evidence)} fits: stop what holds memory there`;
  const verb = evidence.about.gpuMemoryUtilization === undefined ? 'set' : 'lower';
  return `${verb} ${utilizationOf(evidence)} to ${to.toFixed(2)} ${orStopOthers(evidence)}`;
}

function freedSince(wanted: string, evidence: ExitEvidence): string {
  const freeMiB = cardState(evidence)?.freeMiB ?? 0;
  return toGiB(freeMiB) > Number(wanted) ? `; by now ${gib(freeMiB)} GiB are free` : '';
}

/** Of a KV cache too small for one request: tokens, and GiB as vLLM wrote them. */
interface Shortage {
  readonly length: string;
  readonly needed: string;
  readonly available: string;
  /** Tokens that vLLM thinks would fit; older versions do not say. */
  readonly fits: string | undefined;
}

/** One request of the longest length has no room. */
export function tooLong({ length, needed, available, fits }: Shortage, evidence: ExitEvidence): string {
  const lower = `lower max_model_len${fits === undefined ? '' : ` to ${fits}`}`;
  const raise = raised(Number(needed) - Number(available), evidence);
  return `One request of ${length} tokens needs ${needed} GiB of KV cache, ${available} GiB are left; ${lower}, or ${raise}.`;
}

/** No request has any. */
export function noKvCache(evidence: ExitEvidence): string {
  const available = availableGiB(evidence);
  const left = available === undefined ? 'Nothing is' : `${available} GiB are`;
  const raise = raised(-Math.min(Number(available ?? 0), 0), evidence);
  return `${left} left for the KV cache once weights and working memory have theirs; ${raise}, or take a smaller model; what else started on ${cardOf(evidence)} meanwhile was counted too.`;
}

/** What the engine measured last. */
function availableGiB({ logTail }: ExitEvidence): string | undefined {
  const measured = logTail.map((line) => /Available KV cache memory: (-?[\d.]+) GiB/.exec(line)?.[1]);
  return measured.findLast((it) => it !== undefined);
}

/** Advice to ask for `lackGiB` more of the card, where the card has as much. */
function raised(lackGiB: number, evidence: ExitEvidence): string {
  const { gpu, gpuMemoryUtilization: now } = evidence.about;
  if (gpu === undefined) return 'raise VLLM_CPU_KVCACHE_SPACE (GiB) in engine.env'; // vllm/platforms/cpu.py
  const card = cardState(evidence);
  if (now === undefined) return `raise ${utilizationOf(evidence)}`;
  if (card === undefined) return `raise ${utilizationOf(evidence)} above ${now}`;
  const least = aboveStep(now + lackGiB / toGiB(card.totalMiB));
  const most = largestNow(card) ?? 0;
  const bounds = `${least.toFixed(2)} or more, ${most.toFixed(2)} at most`;
  if (least <= most) return `raise ${utilizationOf(evidence)} to ${bounds}`;
  const lacks = `it takes ${least.toFixed(2)} and ${most.toFixed(2)} of the card is free`;
  return `no value of ${utilizationOf(evidence)} fits: ${lacks}${inBrackets(holdersOf(evidence))}`;
}

const inBrackets = (text: string): string => (text === '' ? '' : ` (${text})`);
