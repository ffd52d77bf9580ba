import { statSync } from 'node:fs';

/** Keeps a second node off a directory. */
export interface NodeLock {
  release(): void;
}

/**
 * Takes a directory for this process, or returns undefined where another has it. Two nodes on one state directory would
 * sweep each other's engines, on one runtime directory take each other's sockets. The lock is an abstract unix socket named after the directory's inode
 * (unix(7)) and the use that is made of it: the kernel drops it with the process, however that ends, and there is no file to go stale.
 */
export function lockDirectory(directory: string, use: '' | 'keys' = ''): NodeLock | undefined {
  const { dev, ino } = statSync(directory);
  try {
    const socket = Bun.listen({ unix: `\0ssw-infer-${dev}-${ino}${use}`, socket: { data: () => undefined } });
    socket.unref();
    return { release: () => socket.stop(true) };
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw new Error(`cannot lock ${directory}`, { cause });
  }
}
