/** What one process holds of one card. */
export interface Holding {
  readonly pid: number;
  /** With the pid it names one process for good: clock ticks from boot to its start. */
  readonly startTicks: number;
  /** As `nvidia-smi` shows it. */
  readonly name: string;
  readonly card: number;
  readonly bytes: number;
  /** Real milliseconds for which the driver keeps the memory once the process is gone (llama-swap#97). */
  readonly keepMs: number;
}

/** Reads a ledger entry; `undefined` for what is none. */
export function holdingOf(text: string): Holding | undefined {
  const { pid, startTicks, name, card, bytes, keepMs } = fieldsOf(text);
  if (typeof pid !== 'number' || typeof startTicks !== 'number' || typeof name !== 'string') return undefined;
  if (typeof card !== 'number' || typeof bytes !== 'number' || typeof keepMs !== 'number') return undefined;
  return { pid, startTicks, name, card, bytes, keepMs };
}

function fieldsOf(text: string): Readonly<Partial<Record<keyof Holding, unknown>>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
