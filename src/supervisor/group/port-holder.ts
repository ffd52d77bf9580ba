import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parseListeners } from './net-tcp.ts';
import { parseProcessStat } from './proc-stat.ts';
import type { PortHolder } from './process-group.ts';

/** IPv6 may be off. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/**
 * Who listens on a TCP port, on loopback or on all addresses; `undefined`: nobody. Never throws, for it serves to
 * explain a failure: what cannot be seen is left out, another user's process say.
 */
export function findPortHolder(port: number): PortHolder | undefined {
  const listener = TABLES.flatMap((table) => parseListeners(read(table))).find((it) => it.port === port);
  if (listener === undefined) return undefined;
  const pid = list('/proc').find((entry) => /^\d+$/.test(entry) && holds(entry, `socket:[${listener.inode}]`));
  if (pid === undefined) return { pid: undefined, name: undefined };
  return { pid: Number(pid), name: parseProcessStat(read(`/proc/${pid}/stat`))?.comm };
}

function holds(pid: string, socket: string): boolean {
  return list(`/proc/${pid}/fd`).some((descriptor) => linkOf(`/proc/${pid}/fd/${descriptor}`) === socket);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
