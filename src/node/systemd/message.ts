/**
 * Longest `STATUS=` in UTF-16 code units, at most three bytes each: PID 1 reads a datagram into a buffer of
 * 4096 bytes and drops what is longer (systemd's NOTIFY_BUFFER_MAX).
 */
export const STATUS_LENGTH_MAX = 1024;

/** One assignment of the notify protocol, in the words of sd_notify(3). */
export type Assignment =
  | 'READY=1'
  | 'RELOADING=1'
  | 'STOPPING=1'
  | 'WATCHDOG=1'
  | `MONOTONIC_USEC=${bigint}`
  | `EXTEND_TIMEOUT_USEC=${number}`
  | `STATUS=${string}`;

/** One datagram: an assignment a line. */
export function datagram(assignments: readonly Assignment[]): string {
  return assignments.join('\n');
}

/** `STATUS=` with the text on one line (a line end would begin another assignment) and of bounded length. */
export function statusOf(text: string): Assignment {
  const line = text.replaceAll(/[\r\n\0]+/g, ' ').trim();
  return `STATUS=${line.length > STATUS_LENGTH_MAX ? `${line.slice(0, STATUS_LENGTH_MAX - 1)}…` : line}`;
}
