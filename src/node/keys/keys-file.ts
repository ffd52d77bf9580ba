import { closeSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { lockDirectory, type NodeLock } from '../lock.ts';
import { keyFiles } from './key-files.ts';
import { formatKeys, parseKeys, type StoredKey } from './keys-document.ts';

/** How long one who wants to write waits for another who does, and how often it tries. */
const LOCK_WAIT_MS = 5000;
const LOCK_TRY_MS = 20;

/** What a change makes of the keys; `undefined` leaves the file as it is. */
type Change = (keys: readonly StoredKey[]) => readonly StoredKey[] | undefined;

/** The keys of a file; none where there is no file. Throws where it cannot be read, or is none of ours. */
export function readKeysFile(file: string): readonly StoredKey[] {
  const content = keyFiles.read(file);
  if (content.is === 'missing') return [];
  if (content.is === 'unreadable') throw new Error(`${file} cannot be read: ${content.problem}`);
  const parsed = parseKeys(content.text);
  if (!parsed.ok) throw new Error(`${file} is broken, and stays as it is: ${parsed.problem}`);
  return parsed.keys;
}

/** Changes a file as a whole: readers see the old one or the new one, and two writers go one after the other. */
export async function changeKeysFile(file: string, change: Change): Promise<void> {
  const lock = await takeLock(dirname(file));
  try {
    const keys = change(readKeysFile(file));
    if (keys !== undefined) replaceFile(file, formatKeys(keys));
  } finally {
    lock.release();
  }
}

async function takeLock(directory: string): Promise<NodeLock> {
  for (let waitedMs = 0; ; waitedMs += LOCK_TRY_MS) {
    const lock = lockDirectory(directory, 'keys');
    if (lock !== undefined) return lock;
    if (waitedMs >= LOCK_WAIT_MS) throw new Error(`another command changes the keys in ${directory}; try again`);
    await Bun.sleep(LOCK_TRY_MS);
  }
}

/** For its owner alone, and on the disk before it takes the old one's place. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true }); // of a command that was killed; the lock is ours
  const descriptor = openSync(fresh, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    giveToService(descriptor, file);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  const directory = openSync(dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** What root writes, the service must be able to read: it belongs to whoever had the file, else the directory. */
function giveToService(descriptor: number, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(file, { throwIfNoEntry: false }) ?? statSync(dirname(file));
  fchownSync(descriptor, uid, gid);
}
