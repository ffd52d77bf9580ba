import type { CardHolder, CardState, ExitEvidence } from './evidence.ts';

/** Holders named in one line of advice. */
const HOLDERS_MAX = 3;

/** What a figure that was logged with two decimals may be off by. */
const ROUNDING_GIB = 0.005;

const MIB_PER_GIB = 1024;

/** Steps that `gpu_memory_utilization` is advised in. */
const STEP = 0.01;

/** `light-0` as an operator wrote it: the key and whose. */
export function utilizationOf({ about }: ExitEvidence): string {
  return `gpu_memory_utilization of ${about.replica}`;
}

/** Where its memory is: without a card it is the host's. */
export function cardOf({ about }: ExitEvidence): string {
  return about.gpu === undefined ? 'this host' : `card ${about.gpu}`;
}

/** The card as it was read after the end, if it was. */
export function cardState({ card }: ExitEvidence): CardState | undefined {
  return card === 'lost' ? undefined : card;
}

/**
 * The largest utilisation that vLLM admits, which refuses `free < ceil(total * utilization)` in bytes
 * (vllm/v1/worker/utils.py, `request_memory`), in steps of 0.01; `undefined` where none is.
 */
export function largestAdmitted(freeGiB: number, totalGiB: number): number | undefined {
  return downToStep((freeGiB - ROUNDING_GIB) / (totalGiB + ROUNDING_GIB));
}

/** The same for a card at hand, whose figures are whole MiB. */
export function largestNow({ freeMiB, totalMiB }: CardState): number | undefined {
  return downToStep(freeMiB / totalMiB);
}

/** The smallest utilisation of two decimals that is more than `least`. */
export function aboveStep(least: number): number {
  return round((Math.floor(least / STEP + 1e-9) + 1) * STEP);
}

function downToStep(share: number): number | undefined {
  // 0.29 / 0.01 is 28.999…
  const steps = Math.floor(Math.min(share, 1) / STEP + 1e-9);
  return steps < 1 ? undefined : round(steps * STEP);
}

/** A utilisation less what was lacking, rounded down; `undefined` where nothing is left. */
export function lessBy(utilization: number, lackGiB: number, totalGiB: number): number | undefined {
  return downToStep(utilization - lackGiB / totalGiB);
}

const round = (share: number): number => Number(share.toFixed(2));

/** `12.0 GiB held by pid 4242 python`; empty where nobody is seen. */
export function holdersOf(evidence: ExitEvidence): string {
  const holders = cardState(evidence)?.holders ?? [];
  const largest = holders.toSorted((one, other) => (other.usedMiB ?? 0) - (one.usedMiB ?? 0));
  const named = largest.slice(0, HOLDERS_MAX).map(heldBy);
  const unnamed = holders.length - named.length;
  return [...named, ...(unnamed > 0 ? [`${unnamed} more`] : [])].join(', ');
}

function heldBy({ pid, name, usedMiB }: CardHolder): string {
  const amount = usedMiB === undefined ? 'some' : `${gib(usedMiB)} GiB`;
  return `${amount} held by pid ${pid} ${name}`;
}

export function gib(mib: number): string {
  return (mib / MIB_PER_GIB).toFixed(1);
}

export function toGiB(mib: number): number {
  return mib / MIB_PER_GIB;
}

/** What else to do than to ask for less. */
export function orStopOthers(evidence: ExitEvidence): string {
  const holders = cardState(evidence)?.holders.length ?? 0;
  if (holders === 0) return 'or stop what else holds memory there';
  return holders === 1 ? 'or stop that process' : 'or stop one of them';
}
