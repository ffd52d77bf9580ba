import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdingOf, type Holding } from './holding.ts';
import { startTicksOf } from './process-identity.ts';

/** Names the ledger where no flag does. */
export const LEDGER_VARIABLE = 'SSW_SIM_CARD_LEDGER';

/**
 * The memory of all cards of a host, as a directory with one file for each process that holds some. A file has one
 * writer, which puts it in place by rename, so a reader sees a whole entry at any time and a SIGKILL leaves nothing
 * locked. An entry counts while its process lives, and as long after as the driver is told to keep it.
 */
const ENTRY = /^\d+-\d+\.json$/;

/** An entry that counts. */
export interface Counted extends Holding {
  readonly owner: 'lives' | 'gone';
}

/** Puts this process's entry in place. */
export function writeHolding(ledger: string, holding: Holding): void {
  const path = join(ledger, entryName(holding));
  const draft = `${path}.draft`;
  writeFileSync(draft, JSON.stringify(holding));
  renameSync(draft, path);
}

/** Every entry that counts now. A directory that is not there is a host where nothing holds anything. */
export function readHoldings(ledger: string): readonly Counted[] {
  return entriesOf(ledger).flatMap((holding): readonly Counted[] => {
    if (startTicksOf(holding.pid) === holding.startTicks) return [{ ...holding, owner: 'lives' }];
    return isKept(ledger, holding) ? [{ ...holding, owner: 'gone' }] : [];
  });
}

/** Makes the directory, and clears it of what dead processes left there. */
export function openLedger(ledger: string): void {
  mkdirSync(ledger, { recursive: true });
  for (const holding of entriesOf(ledger)) {
    // A kept one stays: its mark must not outlive it, and two files cannot go at once.
    if (holding.keepMs === 0 && startTicksOf(holding.pid) !== holding.startTicks) remove(ledger, holding);
  }
}

const entryName = ({ pid, startTicks }: Holding): string => `${pid}-${startTicks}.json`;

function entriesOf(ledger: string): readonly Holding[] {
  return namesIn(ledger).flatMap((name) => {
    const holding = ENTRY.test(name) ? holdingOf(textOf(join(ledger, name))) : undefined;
    return holding === undefined ? [] : [holding];
  });
}

function namesIn(ledger: string): readonly string[] {
  try {
    return readdirSync(ledger);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // cleared since it was listed
  }
}

function remove(ledger: string, holding: Holding): void {
  try {
    unlinkSync(join(ledger, entryName(holding)));
  } catch {
    // another process cleared it first
  }
}

/** Nobody is there when a process is killed, so its memory is kept from the first look that finds it gone. */
function isKept(ledger: string, holding: Holding): boolean {
  if (holding.keepMs === 0) return false;
  const mark = join(ledger, `${entryName(holding)}.gone`);
  try {
    writeFileSync(mark, '', { flag: 'wx' });
    return true;
  } catch {
    const seenGoneMs = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - seenGoneMs < holding.keepMs;
  }
}
