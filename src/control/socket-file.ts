import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname } from 'node:path';

/** Where those who may only look find the node: beside its own socket. */
export function readSocketPath(socketPath: string): string {
  return `${socketPath.replace(/\.sock$/, '')}-read.sock`;
}

/**
 * Binds a server to a socket file of this mode. A file that a dead node left is replaced. Throws where another node answers
 * on it, or where it is no socket but somebody's file.
 */
export async function listenOnFile(server: Server, path: string, mode: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await clearStale(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  chmodSync(path, mode);
}

/** Removes the file; fine where it is gone already. */
export function removeSocketFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  }
}

async function clearStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error(`${path} is no socket; set control.socket to another path`);
  if (await answers(path)) throw new Error(`another node answers on ${path}; stop it, or set control.socket`);
  removeSocketFile(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false; // a file whose process is gone refuses
  }
}
