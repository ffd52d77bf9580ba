import type { CardReader } from './reading.ts';

/** Remembers where it saw each card: one that is gone does not tell any more, and the kernel names it by nothing else. */
export interface AddressReader extends CardReader {
  /** As `nvidia-smi` wrote it last. */
  pciBusIdOf(gpu: number): string | undefined;
}

export function rememberAddresses(cards: CardReader): AddressReader {
  const seen = new Map<number, string>();
  return {
    async read(gpu) {
      const reading = await cards.read(gpu);
      if (reading.is === 'read' && reading.pciBusId !== undefined) seen.set(gpu, reading.pciBusId);
      return reading;
    },
    pciBusIdOf: (gpu) => seen.get(gpu),
  };
}
