/** Exit codes of every command, after sysexits.h, so that systemd and scripts can tell them apart. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: nothing to talk to: no running node, no redis. */
  unavailable: 69,
  /** EX_TEMPFAIL: try again later. */
  temporary: 75,
  /** EX_CONFIG: the configuration is wrong. */
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
