import type { CardProcess, CardReading } from '../../../src/supervisor/index.ts';

/** Every card's memory, in MiB: an L40's as `nvidia-smi` counts it. */
export const CARD_MIB = 46_068;

/** What is wrong with looking at a card. */
export type CardTrouble = 'lost' | 'unreadable' | 'hung';

/** Memory of the cards: who holds how much. */
export interface CardMemory {
  /** Changes what a process holds; nothing at 0. */
  hold(gpu: number, process: { readonly pid: number; readonly name: string }, mib: number): void;
  freeMiB(gpu: number): number;
  holders(gpu: number): readonly CardProcess[];
  readonly troubles: Map<number, CardTrouble>;
  /** What a look tells; `hung` is for whoever looks to wait out. */
  look(gpu: number): CardReading;
  /** Hears of each change of what is held: who, and by how many MiB more. */
  onChange(listener: (gpu: number, pid: number, byMiB: number) => void): void;
}

interface Holding extends CardProcess {
  readonly usedMiB: number;
}

export function createCardMemory(): CardMemory {
  const cards = new Map<number, Map<number, Holding>>();
  const troubles = new Map<number, CardTrouble>();
  const listeners: ((gpu: number, pid: number, byMiB: number) => void)[] = [];

  function on(gpu: number): Map<number, Holding> {
    let card = cards.get(gpu);
    if (card === undefined) cards.set(gpu, (card = new Map()));
    return card;
  }

  function freeMiB(gpu: number): number {
    let free = CARD_MIB;
    for (const { usedMiB } of on(gpu).values()) free -= usedMiB;
    return free;
  }

  return {
    hold(gpu, { pid, name }, mib) {
      const card = on(gpu);
      const byMiB = mib - (card.get(pid)?.usedMiB ?? 0);
      if (mib === 0) card.delete(pid);
      else card.set(pid, { pid, name, usedMiB: mib });
      if (byMiB !== 0) for (const listener of listeners) listener(gpu, pid, byMiB);
    },
    freeMiB,
    holders: (gpu) => [...on(gpu).values()],
    troubles,
    look(gpu) {
      const trouble = troubles.get(gpu);
      if (trouble === 'lost') return { is: 'lost', because: 'No devices were found' };
      if (trouble !== undefined) return { is: 'unreadable', because: `${trouble} nvidia-smi` };
      return { is: 'read', totalMiB: CARD_MIB, freeMiB: freeMiB(gpu), processes: [...on(gpu).values()] };
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
