import { readdirSync, readFileSync } from 'node:fs';

/** One process of this machine, as /proc shows it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly command: string;
}

/** All processes whose command line or environment mentions `mark`: what a test started, whoever its parent is now. */
export function processesMarked(mark: string): readonly Process[] {
  return readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it) && Number(it) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      if (!command.includes(mark) && !read(`/proc/${pid}/environ`).includes(mark)) return [];
      const stat = /^\d+ \((.*)\) (\S) (\d+)/s.exec(read(`/proc/${pid}/stat`));
      // A zombie is gone already; only its parent has not looked.
      if (stat === null || stat[2] === 'Z') return [];
      return [{ pid: Number(pid), parent: Number(stat[3]), name: stat[1] ?? '', command }];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile, or is not ours to see
  }
}
