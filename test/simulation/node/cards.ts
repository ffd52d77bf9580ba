import type { CardReader, CardReading } from '../../../src/supervisor/index.ts';
import type { Clock } from '../../../src/telemetry/index.ts';
import type { World } from '../world/world.ts';

/** How long `nvidia-smi` takes, and how long a hung one is waited for (`src/supervisor/card/nvidia-smi.ts`). */
const LOOK_MS_MAX = 60;
const HUNG_MS = 5000;

/** Looks at the world's cards, and what it saw last of each. */
export interface SimulatedCardReader extends CardReader {
  lastSeen(gpu: number | undefined): CardReading | undefined;
}

/** `inVain` hears of looks that showed nothing. */
export function createSimulatedCardReader(
  { cards, random }: World,
  clock: Clock,
  inVain: (gpu: number) => void,
): SimulatedCardReader {
  const seen = new Map<number | undefined, CardReading>();
  return {
    lastSeen: (gpu) => seen.get(gpu),
    read: (gpu) =>
      new Promise((resolve) => {
        const isHung = cards.troubles.get(gpu) === 'hung';
        clock.after(isHung ? HUNG_MS : random.next() * LOOK_MS_MAX, () => {
          const reading: CardReading = isHung
            ? { is: 'unreadable', because: 'no answer within 5.0 s' }
            : cards.look(gpu);
          seen.set(gpu, reading);
          if (reading.is !== 'read') inVain(gpu);
          resolve(reading);
        });
      }),
  };
}
