import { cardOf, cardState } from './card-memory.ts';
import { CARD_SIGNS } from './card-signs.ts';
import { CONFIG_SIGNS, LAST_SIGNS } from './config-signs.ts';
import type { ExitEvidence, Reading } from './evidence.ts';
import type { LogSign } from './log-sign.ts';
import { cardComplaints, complaints } from './log-text.ts';
import { ROOM_SIGNS } from './room-signs.ts';

/** What a start says of its own words, model, place and room: root causes that nothing else explains. */
export function refusedStart(evidence: ExitEvidence): Reading | undefined {
  if (evidence.whileIn === 'serving') return undefined;
  return firstOf([...CONFIG_SIGNS, ...ROOM_SIGNS], complaints(evidence), evidence);
}

/** Words of a start that count only where no others were found. */
export function lastResort(evidence: ExitEvidence): Reading | undefined {
  return evidence.whileIn === 'serving' ? undefined : firstOf(LAST_SIGNS, complaints(evidence), evidence);
}

/** What the log says of the card. One that is called lost and answers is not: the engine lost its context there. */
export function cardComplaint(evidence: ExitEvidence): Reading | undefined {
  const found = firstOf(CARD_SIGNS, cardComplaints(evidence), evidence);
  const isBack = found?.cause === 'card_lost' && evidence.whileIn === 'serving' && cardState(evidence) !== undefined;
  if (!isBack) return found;
  const advice = `It lost ${cardOf(evidence)}, which answers now; if it comes back, look for XID in \`journalctl -k\` and have the card looked at.`;
  return { cause: 'cuda_fault', advice };
}

/** Signs in the order of their table, wherever in the log they stand: root causes come before what follows from them. */
function firstOf(signs: readonly LogSign[], text: string, evidence: ExitEvidence): Reading | undefined {
  for (const { cause, sign, advice } of signs) {
    const found = sign.exec(text);
    if (found !== null) return { cause, advice: advice(found, evidence) };
  }
  return undefined;
}
