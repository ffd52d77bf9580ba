import { closeSync, openSync } from 'node:fs';

/** What connect(2) and socket(2) say where this host or this process is short of something. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

/** File descriptors that must be left for a refusal to be believed. Some may have come free since it was met. */
const DESCRIPTORS_SPARE = 8;

/**
 * Whether it is for want of file descriptors, ports or memory of our own that no connection was made. Bun says
 * `ECONNREFUSED` where no socket could be had (1.4.5), so a refusal is believed only while descriptors are left.
 */
export function isOwnShortage(cause: unknown): boolean {
  return SHORTAGES.has(codeOf(cause)) || !hasDescriptors();
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function hasDescriptors(): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < DESCRIPTORS_SPARE) opened.push(openSync('/dev/null', 'r'));
    return true;
  } catch (error) {
    return !SHORTAGES.has(codeOf(error));
  } finally {
    opened.forEach((descriptor) => closeSync(descriptor));
  }
}
