import { existsSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place where a process can be made to run out of memory without harm to any other. */
interface OomLab {
  /** Starts one that does; answers with the signal it ended by. */
  killOne(): Promise<string | null>;
}

const LIMIT_BYTES = 32 * 1024 * 1024;

/** Cgroup v1, or v2 where the memory controller is passed on from its root; `undefined` where neither is ours. */
export const OOM_LAB = labIn('/sys/fs/cgroup/memory', 'memory.limit_in_bytes') ?? labIn('/sys/fs/cgroup', 'memory.max');

function labIn(root: string, limit: string): OomLab | undefined {
  if (process.getuid?.() !== 0 || !existsSync(root)) return undefined;
  const trial = makeIn(root);
  if (trial === undefined) return undefined;
  const hasLimit = existsSync(join(trial, limit));
  rmdirSync(trial);
  return hasLimit ? { killOne: () => killIn(root, limit) } : undefined;
}

async function killIn(root: string, limit: string): Promise<string | null> {
  const cgroup = mkdtempSync(join(root, 'ssw-infer.oom.'));
  try {
    writeFileSync(join(cgroup, limit), String(LIMIT_BYTES));
    const script = `echo $$ >${cgroup}/cgroup.procs && exec tail /dev/zero`;
    const child = Bun.spawn(['sh', '-c', script], { stdout: 'ignore', stderr: 'ignore' });
    await child.exited;
    return child.signalCode === null ? null : String(child.signalCode);
  } finally {
    rmdirSync(cgroup);
  }
}

function makeIn(root: string): string | undefined {
  try {
    return mkdtempSync(join(root, 'ssw-infer.oom.'));
  } catch {
    return undefined;
  }
}
