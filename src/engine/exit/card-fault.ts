import { cardOf } from './card-memory.ts';
import type { ExitEvidence, Reading } from './evidence.ts';
import { isSameCard, XID_OFF_THE_BUS, xidsIn, type Xid } from './kernel-log.ts';

/** What follows from another fault, or only reports: no engine ends of it (NVIDIA, "Xid Errors"). */
const NO_CAUSE = new Set([
  45, // preemptive cleanup: after any killed process
  63, // a page or row was retired
  92, // many single-bit errors, corrected
  154, // what the driver advises to do after another
]);

/** Faults of a whole card, whichever process they are logged for. */
const OF_THE_CARD = new Set([48, 61, 62, 64, 74, XID_OFF_THE_BUS, 95, 119, 120]);

type Owner = 'its own' | 'perhaps its own' | 'not its own';

/** Its card is gone: by `nvidia-smi`, or by the kernel's log. */
export function cardLost(evidence: ExitEvidence): Reading | undefined {
  const { card, signal, seen, about } = evidence;
  if (about.gpu === undefined) return undefined;
  const found = lastXid(evidence, (it) => it.number === XID_OFF_THE_BUS);
  const isPlain = found?.owner === 'its own' || (found !== undefined && (signal === null || seen !== undefined));
  if (card !== 'lost' && !isPlain) return undefined;
  const told = found === undefined ? 'nvidia-smi does not reach it' : wordsOf(found);
  const advice = `${cardOf(evidence)} is lost (${told}); reset it with \`nvidia-smi -r -i ${about.gpu}\` or reboot, and check its power and seat.`;
  return { cause: 'card_lost', advice };
}

/** A fault of its card, or of its own work there, that only the kernel told of. */
export function cardFault(evidence: ExitEvidence): Reading | undefined {
  const found = faultOf(evidence);
  if (found === undefined) return undefined;
  // A signal has a sender; only a fault that is certain comes before it.
  if (found.owner !== 'its own' && evidence.signal !== null && evidence.seen === undefined) return undefined;
  const advice = `The driver reported a fault of ${cardOf(evidence)}: ${wordsOf(found)}; if it comes back, reset the card or have it looked at.`;
  return { cause: 'cuda_fault', advice };
}

/** ` (XID 31: …)` to add to what the log says of a fault; empty where the kernel says nothing. */
export function faultDetail(evidence: ExitEvidence): string {
  const found = faultOf(evidence);
  return found === undefined ? '' : ` (${wordsOf(found)})`;
}

interface Found {
  readonly xid: Xid;
  readonly owner: Owner;
}

function faultOf(evidence: ExitEvidence): Found | undefined {
  return lastXid(evidence, (it) => it.number !== XID_OFF_THE_BUS && !NO_CAUSE.has(it.number));
}

function lastXid(evidence: ExitEvidence, is: (xid: Xid) => boolean): Found | undefined {
  const found = xidsIn(evidence.kernelLines)
    .filter(is)
    .map((xid) => ({ xid, owner: ownerOf(xid, evidence) }))
    .filter(({ owner }) => owner !== 'not its own');
  return found.findLast(({ owner }) => owner === 'its own') ?? found.at(-1);
}

/** Whose a fault is, by the card's address, by the process, and by whether its card still answers. */
function ownerOf(xid: Xid, { about, pids, card }: ExitEvidence): Owner {
  if (about.gpu === undefined) return 'not its own';
  const isOfCard = OF_THE_CARD.has(xid.number);
  if (xid.pid !== undefined && pids?.includes(xid.pid) === true) return 'its own';
  if (!isOfCard && xid.pid !== undefined && pids !== undefined) return 'not its own';
  if (about.pciBusId !== undefined) return isSameCard(xid.pci, about.pciBusId) ? 'its own' : 'not its own';
  // A card off the bus answers nobody.
  if (xid.number === XID_OFF_THE_BUS && card !== undefined) return card === 'lost' ? 'its own' : 'not its own';
  return 'perhaps its own';
}

function wordsOf({ xid, owner }: Found): string {
  const words = `XID ${xid.number}${xid.text === '' ? '' : `: ${xid.text.replace(/\.$/, '').slice(0, TEXT_CHARS_MAX)}`}`;
  if (owner === 'its own') return words;
  return `${words}, at PCI ${xid.pci}, if that is its card: compare \`nvidia-smi --query-gpu=index,pci.bus_id --format=csv\``;
}

/** Of the driver's words: some XIDs dump registers. */
const TEXT_CHARS_MAX = 160;
