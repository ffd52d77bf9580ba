import { isLoopback } from '../../config/index.ts';
import type { KeyPolicy } from '../../gateway/index.ts';

/** What an operator should know of who is let in; empty where all is as it should be. */
export function keyWarnings(host: string, policy: KeyPolicy, problem: string | undefined): readonly string[] {
  return [
    ...(problem === undefined
      ? []
      : [`the API keys cannot be read (${problem}); ${WHILE_UNREAD[policy.is]} (ssw-infer runbook certificate-keys)`]),
    ...(policy.is === 'open' && !isLoopback(host) ? [openTo(host)] : []),
  ];
}

/** What holds while the keys cannot be read, by what held before. */
export const WHILE_UNREAD: Readonly<Record<KeyPolicy['is'], string>> = {
  unreadable: 'nobody is let in',
  open: 'there were none before, so everybody is let in',
  keys: 'those read last go on',
};

function openTo(host: string): string {
  return `the gateway listens on ${host} and has no API keys: whoever reaches it may use it; make one with \`ssw-infer keys add\`, or set gateway.host to 127.0.0.1`;
}
