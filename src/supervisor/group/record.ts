import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CgroupIdentity } from './cgroup.ts';
import { failedWith } from './errno.ts';
import type { GroupIdentity } from './identity.ts';

const identity = z.object({ pgid: z.int().min(2), startTicks: z.int(), bootId: z.string() });
const cgroup = z.object({ path: z.string(), inode: z.string() });
const group = identity.extend({ name: z.string(), cgroup: cgroup.optional() });
const record = z.object({ groups: z.array(group) });

/** A group on record, with the name of what it runs. */
export interface RecordedGroup extends GroupIdentity {
  readonly name: string;
  /** Its own one, where cgroup v2 lets us make one. */
  readonly cgroup?: CgroupIdentity | undefined;
}

/** The groups of one life of this program. */
export interface GroupRecord {
  readonly groups: readonly RecordedGroup[];
}

/** `groups.json` in the state directory: what must not outlive us, for the next start to check. */
export interface RecordFile {
  readonly path: string;
  /** `undefined` where there is none. Throws for a file that is no record. */
  read(): GroupRecord | undefined;
  /** Replaces it whole: a reader sees the old one or the new one. */
  write(record: GroupRecord): void;
  remove(): void;
}

export function createRecordFile(stateDirectory: string): RecordFile {
  const path = join(stateDirectory, 'groups.json');
  return {
    path,
    read() {
      const text = readIfThere(path);
      if (text === undefined) return undefined;
      try {
        return record.parse(JSON.parse(text));
      } catch (error) {
        throw new Error(`${path} is no record of process groups`, {
          cause: error,
        });
      }
    },
    write(content) {
      mkdirSync(stateDirectory, { recursive: true, mode: 0o750 });
      writeSynced(`${path}.new`, `${JSON.stringify(content)}\n`);
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

/** On disk before the rename: a power cut must not leave an empty file under the old name. */
function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'w', 0o640);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}
