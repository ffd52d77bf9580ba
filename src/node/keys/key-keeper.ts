import type { ApiKey, KeyPolicy } from '../../gateway/index.ts';
import type { Clock, Log, Metrics } from '../../telemetry/index.ts';
import type { KeyFiles } from './key-files.ts';
import type { KeySource } from './key-sources.ts';
import { WHILE_UNREAD } from './key-warnings.ts';
import { readPolicy } from './read-policy.ts';

/** How long a new or revoked key may take to be noticed. */
export const LOOK_MS = 1000;

/** Ids that one line of the log names. */
const IDS_TOLD_MAX = 20;

/** Knows whom the files of keys let in, and notices when they change. */
export interface KeyKeeper extends Disposable {
  policy(): KeyPolicy;
  /** Why the files cannot be read, while they cannot; the policy is then that of the last good reading. */
  problem(): string | undefined;
  /** Reads again now, whether anything has changed or not. */
  look(): void;
  /** Other files from now on. */
  lookAt(sources: readonly KeySource[]): void;
  /** Tells each other policy from now on. */
  follow(listener: (policy: KeyPolicy) => void): void;
}

interface KeeperParts {
  readonly files: KeyFiles;
  readonly clock: Clock;
  readonly unixMs: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'keysAccepted' | 'keysLoad' | 'keysStale'>;
}

/** Reads the files once, then looks at them every second. */
export function createKeyKeeper(first: readonly KeySource[], parts: KeeperParts): KeyKeeper {
  const { files, clock } = parts;
  let sources = first;
  let policy: KeyPolicy = { is: 'unreadable' };
  let problem: string | undefined;
  let known: ReadonlySet<string> = new Set();
  let tell: (policy: KeyPolicy) => void = () => undefined;
  let stamps = '';

  const stampsNow = () => sources.map((it) => files.stamp(it.file)).join('|');
  const look = () => {
    stamps = stampsNow(); // before the reading: a change in between is then seen at the next look
    const read = readPolicy(sources, files, known);
    problem = read.ok ? undefined : read.problem;
    parts.metrics.keysLoad.inc({ result: read.ok ? 'success' : 'failed' });
    parts.metrics.keysStale.set(read.ok ? 0 : 1);
    if (!read.ok) {
      parts.log.error({ problem }, `the API keys cannot be read; ${WHILE_UNREAD[policy.is]}`);
      return;
    }
    logChange(policy, read.policy, parts);
    policy = read.policy;
    known = new Set(read.files);
    tell(policy);
  };
  look();

  let cancel = clock.after(LOOK_MS, again);
  function again(): void {
    if (stampsNow() !== stamps) look();
    cancel = clock.after(LOOK_MS, again);
  }
  return {
    policy: () => policy,
    problem: () => problem,
    look,
    lookAt(next) {
      sources = next;
      look();
    },
    follow: (listener) => void (tell = listener),
    [Symbol.dispose]: () => cancel(),
  };
}

function logChange(from: KeyPolicy, to: KeyPolicy, { log, metrics, unixMs }: KeeperParts): void {
  const before = acceptedIds(from, unixMs());
  const after = acceptedIds(to, unixMs());
  metrics.keysAccepted.set(after.size);
  const added = [...after].filter((id) => !before.has(id));
  const gone = [...before].filter((id) => !after.has(id));
  if (from.is === to.is && added.length + gone.length === 0) return;
  const told = { added: added.slice(0, IDS_TOLD_MAX), gone: gone.slice(0, IDS_TOLD_MAX) };
  if (to.is === 'keys') log.info({ accepted: after.size, ...told }, 'API keys read');
}

function acceptedIds(policy: KeyPolicy, nowUnixMs: number): ReadonlySet<string> {
  if (policy.is !== 'keys') return new Set();
  return new Set(policy.keys.filter((it) => isAccepted(it, nowUnixMs)).map((it) => it.id));
}

function isAccepted({ isRevoked, expiresUnixMs }: ApiKey, nowUnixMs: number): boolean {
  return !isRevoked && (expiresUnixMs === undefined || expiresUnixMs > nowUnixMs);
}
