/** One way for an engine to end, while it idles or while streams run on it. */
export interface Case {
  readonly name: string;
  readonly part: 'leader' | 'core';
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  readonly load: 'idle' | 'busy';
}

export const CASES: readonly Case[] = [
  { name: 'kill -9 leader, idle', part: 'leader', signal: 'SIGKILL', load: 'idle' },
  { name: 'kill -9 leader, busy', part: 'leader', signal: 'SIGKILL', load: 'busy' },
  { name: 'kill -9 core, idle', part: 'core', signal: 'SIGKILL', load: 'idle' },
  { name: 'kill -9 core, busy', part: 'core', signal: 'SIGKILL', load: 'busy' },
  { name: 'SIGSTOP core, idle', part: 'core', signal: 'SIGSTOP', load: 'idle' },
  { name: 'SIGSTOP core, busy', part: 'core', signal: 'SIGSTOP', load: 'busy' },
];
