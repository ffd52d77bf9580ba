import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small texts that survive this process, each under its name. What it says is done is on the disk. */
export interface StateFiles {
  /** `undefined` where there is none. Throws where it cannot be read, and says which. */
  read(name: string): string | undefined;
  /** Takes the place of the one before as a whole: whoever reads sees the old text or the new one. */
  write(name: string, text: string): void;
  /** Nothing happens where there is none. */
  remove(name: string): void;
}

/** Keeps them in a directory, for their owner alone: a config may hold what others must not see. */
export function stateFilesIn(directory: string): StateFiles {
  return {
    read(name) {
      try {
        return readFileSync(join(directory, name), 'utf8');
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
        const path = join(directory, name);
        throw new Error(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    },
    write(name, text) {
      mkdirSync(directory, { recursive: true, mode: 0o750 });
      const fresh = join(directory, `${name}.new`);
      rmSync(fresh, { force: true }); // of a life that was killed while it wrote
      const descriptor = openSync(fresh, 'wx', 0o600);
      try {
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(fresh, join(directory, name));
      syncDirectory(directory);
    },
    remove(name) {
      rmSync(join(directory, name), { force: true });
    },
  };
}

/** A rename is kept once its directory is. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
