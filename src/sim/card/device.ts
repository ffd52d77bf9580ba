import type { Snapshot } from './arithmetic.ts';
import { GIB, MIB } from './bytes.ts';
import { openLedger, readHoldings, writeHolding } from './ledger.ts';
import { startTicksOf } from './process-identity.ts';

/** Which card a process is on, and what it is called there. */
export interface DevicePlace {
  readonly ledger: string;
  readonly card: number;
  readonly totalBytes: number;
  readonly name: string;
  readonly keepMs: number;
}

/** One card as one process sees it. */
export interface Device {
  /** As `cudaMemGetInfo`: what all processes together leave. */
  snapshot(): Snapshot;
  /** Takes memory; words of PyTorch where the card has less. What was asked for in vain is not held. */
  allocate(bytes: number): string | undefined;
  free(bytes: number): void;
}

export function openDevice(place: DevicePlace): Device {
  const { ledger, card, totalBytes, name, keepMs } = place;
  const startTicks = startTicksOf('self') ?? 0;
  let heldBytes = 0;
  openLedger(ledger);

  const hold = (bytes: number) => {
    heldBytes = bytes;
    writeHolding(ledger, { pid: process.pid, startTicks, name, card, bytes, keepMs });
  };
  const leftBytes = () => totalBytes - heldOn(ledger, card);
  return {
    snapshot: () => ({ freeBytes: Math.max(0, leftBytes()), totalBytes }),
    allocate(bytes) {
      hold(heldBytes + bytes); // claimed before it is looked at: of two that ask at once, none takes what is not there
      const left = leftBytes();
      if (left >= 0) return undefined;
      hold(heldBytes - bytes);
      return outOfMemory(bytes, left + bytes, place);
    },
    free: (bytes) => hold(heldBytes - bytes),
  };
}

/** What all processes together hold of a card. */
const heldOn = (ledger: string, card: number): number =>
  readHoldings(ledger).reduce((sum, holding) => sum + (holding.card === card ? holding.bytes : 0), 0);

function outOfMemory(bytes: number, freeBytes: number, { card, totalBytes }: DevicePlace): string {
  const asked = bytes >= GIB ? `${(bytes / GIB).toFixed(2)} GiB` : `${(bytes / MIB).toFixed(2)} MiB`;
  return `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ${asked}. GPU ${card} has a total capacity of ${(totalBytes / GIB).toFixed(2)} GiB of which ${(Math.max(0, freeBytes) / MIB).toFixed(2)} MiB is free. (simulated)`;
}
