import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a ledger's `cards.json` may say of the host. Nothing of ours writes it: it is how a test breaks a card. */
export interface HostCards {
  readonly mib: number;
  readonly count: number;
  /** What is wrong with `nvidia-smi`. */
  readonly nvidiaSmi: 'well' | NvidiaSmiFault;
  /** Cards that fell off the bus. */
  readonly lost: readonly number[];
}

/** `hangs`: no answer, ever. `not_available`: `[N/A]` for memory (vGPU, GB10). `no_driver`: exit 9. */
export type NvidiaSmiFault = 'hangs' | 'not_available' | 'no_driver';

const FAULTS: readonly NvidiaSmiFault[] = ['hangs', 'not_available', 'no_driver'];

/** An A40 or RTX A6000. */
const CARD_MIB = 46_068;

/** More than any host has, so that every card a config names is there. */
const CARDS = 64;

/** Reads `cards.json`: `{"mib": 24576, "count": 2, "nvidia_smi": "hangs", "lost": [1]}`, each key with a default. */
export function hostCards(ledger: string): HostCards {
  const { mib, count, nvidia_smi: fault, lost } = contentOf(join(ledger, 'cards.json'));
  return {
    mib: typeof mib === 'number' ? mib : CARD_MIB,
    count: typeof count === 'number' ? count : CARDS,
    nvidiaSmi: FAULTS.find((it) => it === fault) ?? 'well',
    lost: Array.isArray(lost) ? lost.filter((it) => typeof it === 'number') : [],
  };
}

function contentOf(path: string): Readonly<Partial<Record<'mib' | 'count' | 'nvidia_smi' | 'lost', unknown>>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // there is none, as a rule
  }
}
