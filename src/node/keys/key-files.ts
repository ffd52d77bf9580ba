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

/** Longest file that is read, in bytes: 10,000 keys with long notes come to a third of it. */
export const KEYS_BYTES_MAX = 16_777_216;

/**
 * The file system itself. A look costs some microseconds; what is read is small. A pipe or a device in place of the file
 * would hold everybody up for as long as it pleases.
 */
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
      const found = statSync(file);
      if (!found.isFile()) return { is: 'unreadable', problem: 'it is no file' };
      if (found.size > KEYS_BYTES_MAX)
        return { is: 'unreadable', problem: `it is longer than ${KEYS_BYTES_MAX} bytes` };
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
