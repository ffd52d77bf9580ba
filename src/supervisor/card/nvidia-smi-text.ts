import type { CardProcess, CardReading } from './reading.ts';

/** Asked for in this order; answered in it (nvidia-smi --help-query-gpu, --help-query-compute-apps). */
export const MEMORY_FIELDS = 'index,uuid,memory.total,memory.used,memory.free,pci.bus_id';
export const PROCESS_FIELDS = 'gpu_uuid,pid,process_name,used_memory';

/** An answer of `nvidia-smi`: one run of it. */
export interface SmiAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is known of a card's memory, without who holds it. */
export type MemoryReading =
  Omit<Extract<CardReading, { is: 'read' }>, 'processes'> | Exclude<CardReading, { is: 'read' }>;

/**
 * How `nvidia-smi` says that a card has gone, in words and codes that changed with the drivers: 6 is "a query to find
 * an object was unsuccessful", 15 is "the GPU has fallen off the bus or has otherwise become inaccessible"
 * (nvidia-smi(1), RETURN VALUE). In a field it says `[GPU is lost]`, `[GPU requires reset]` or `[Unknown Error]`.
 */
const LOST_CODES: readonly (number | null)[] = [6, 15];
const LOST_WORDS =
  /GPU is lost|GPU requires reset|fallen off the bus|No devices were found|Unable to determine the device handle|\[Unknown Error\]/i;

/** Characters of the tool's own words that are passed on. */
const WORDS_MAX = 200;

/**
 * Reads an answer for `MEMORY_FIELDS`. The card's own row counts before all words beside it, which may be about another
 * card, and before the code: 14, a corrupted infoROM, comes with good rows. What a driver does not tell stands in
 * brackets: `[N/A]`, `[Not Supported]`, `[Insufficient Permissions]`. The total is what is used and what is free: the
 * rest of `memory.total` is the driver's (memory.reserved), and CUDA does not count it. What only answers like
 * `nvidia-smi` may leave the address out.
 */
export function parseMemory(answer: SmiAnswer, gpu: number): MemoryReading {
  const row =
    rowsOf(answer).find(({ length, 0: index }) => (length === 5 || length === 6) && toWhole(index) === gpu) ?? [];
  const [total, used, free] = row.slice(2, 5).map(toMiB);
  if (total !== undefined && free !== undefined) {
    const totalMiB = used === undefined ? total : Math.min(total, used + free);
    return { is: 'read', totalMiB, freeMiB: free, pciBusId: toBusId(row[5]) };
  }
  const words = wordsOf(answer);
  if (LOST_CODES.includes(answer.code) || LOST_WORDS.test(words)) return { is: 'lost', because: words };
  return { is: 'unreadable', because: `no memory of card ${gpu} in its answer (code ${answer.code}): ${words}` };
}

/** Reads an answer for `PROCESS_FIELDS`. Rows that say nothing of a process are left out, other cards' too. */
export function parseProcesses(answer: SmiAnswer): readonly CardProcess[] {
  if (answer.code !== 0) return [];
  return rowsOf(answer).flatMap((row) => {
    const pid = toWhole(row[1]);
    // A name is a path, which may hold commas.
    const name = row.slice(2, -1).join(', ');
    return row.length >= 4 && pid !== undefined && pid > 0 ? [{ pid, name, usedMiB: toMiB(row.at(-1)) }] : [];
  });
}

function rowsOf({ stdout }: SmiAnswer): readonly (readonly string[])[] {
  return stdout.split('\n').map((line) => line.trim().split(', '));
}

function toMiB(field: string | undefined): number | undefined {
  return toWhole(field?.replace(/ MiB$/, ''));
}

function toBusId(field: string | undefined): string | undefined {
  return field !== undefined && /^[\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.\d$/i.test(field) ? field : undefined;
}

function toWhole(field: string | undefined): number | undefined {
  return field !== undefined && /^\d{1,15}$/.test(field) ? Number(field) : undefined;
}

function wordsOf({ stdout, stderr }: SmiAnswer): string {
  const words = `${stdout} ${stderr}`.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return words === '' ? 'nothing' : words.slice(0, WORDS_MAX);
}
