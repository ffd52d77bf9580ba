import type { CardReader, CardReading } from './card/reading.ts';
import { cardOf } from './card/run.ts';

/** A card of the world, in MiB. */
export const CARD_MIB = 46_068;

/** Who holds memory of a card. */
export interface Holder {
  readonly card: string;
  readonly pid: number;
  readonly name: string;
  readonly mib: number;
}

/** The memory of the cards of a world. */
export interface WorldCards extends CardReader {
  readonly holders: Set<Holder>;
  /** What a look at a card answers instead of the truth. */
  readonly troubles: Map<string, 'lost' | 'unreadable'>;
  /** How often each card was looked at. */
  readonly looks: Map<string, number>;
}

export function createWorldCards(): WorldCards {
  const holders = new Set<Holder>();
  const troubles = new Map<string, 'lost' | 'unreadable'>();
  const looks = new Map<string, number>();

  function look(card: string): CardReading {
    looks.set(card, (looks.get(card) ?? 0) + 1);
    const trouble = troubles.get(card);
    if (trouble !== undefined) return { is: trouble, because: 'no device was found' };
    const here = [...holders].filter((it) => it.card === card);
    const freeMiB = here.reduce((free, it) => free - it.mib, CARD_MIB);
    const processes = here.map(({ pid, name, mib }) => ({ pid, name, usedMiB: mib }));
    return { is: 'read', totalMiB: CARD_MIB, freeMiB, processes };
  }

  return { holders, troubles, looks, read: (gpu) => Promise.resolve(look(cardOf(gpu))) };
}
