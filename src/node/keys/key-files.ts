import { readFileSync, statSync } from 'node:fs';

type Content =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'missing' }
  | { readonly is: 'unreadable'; readonly problem: string };

/** What is asked of the file system. */
export interface KeyFiles {
  /** Another text where the file is another, was written, or may be read by others than before. */
  stamp(file: string): string;
  read(file: string): Content;
}

/** The file system itself. A look costs some microseconds; what is read is small. */
export const keyFiles: KeyFiles = {
  stamp(file) {
    try {
      const { ino, size, mtimeMs, ctimeMs } = statSync(file);
      return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    } catch (cause) {
      return codeOf(cause);
    }
  },
  read(file) {
    try {
      return { is: 'text', text: readFileSync(file, 'utf8') };
    } catch (cause) {
      const code = codeOf(cause);
      return code === 'ENOENT' ? { is: 'missing' } : { is: 'unreadable', problem: code };
    }
  },
};

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
