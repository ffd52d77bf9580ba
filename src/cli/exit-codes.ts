/** Exit codes of every command, after sysexits.h, so that systemd and scripts can tell them apart. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 64,
  unavailable: 69,
  temporary: 75,
  permission: 77,
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each says, with its name in sysexits.h; the man page tells it. */
export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed; the reason is on standard error',
  64: 'EX_USAGE: the command line is wrong',
  69: 'EX_UNAVAILABLE: nothing to talk to: no running node, no Redis',
  75: 'EX_TEMPFAIL: try again later',
  77: 'EX_NOPERM: the node is there, but this user may not ask it for that',
  78: 'EX_CONFIG: the configuration is wrong',
};
