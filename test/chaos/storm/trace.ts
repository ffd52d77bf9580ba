import { nowUnixMs } from './clock.ts';
import type { Kind } from './kinds.ts';
import type { ReplicaName } from './plan.ts';

/** A stretch of time, unix milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A fault that was done to a replica. */
export interface Hit {
  readonly kind: Kind;
  readonly replica: ReplicaName;
  readonly atMs: number;
  /** What goes on hitting does so until then. */
  readonly untilMs?: number;
}

/** What a storm did, kept in memory: the evidence for its verdict, and what a failure prints. */
export interface Trace {
  note(text: string): void;
  hit(kind: Kind, replica: ReplicaName): void;
  /** The same of something that went on until now. */
  hitSince(fromMs: number, kind: Kind, replica: ReplicaName): void;
  /** Runs `outage` and remembers how long it took. */
  during(what: 'node' | 'redis', outage: () => Promise<void>): Promise<void>;
  /** What must not have happened. */
  fault(text: string): void;
  readonly hits: readonly Hit[];
  readonly outages: { readonly node: readonly Span[]; readonly redis: readonly Span[] };
  readonly faults: readonly string[];
  /** Line by line, in the order it happened. */
  text(): string;
}

export function createTrace(): Trace {
  const beganMs = nowUnixMs();
  const lines: string[] = [];
  const hits: Hit[] = [];
  const faults: string[] = [];
  const outages: Record<'node' | 'redis', Span[]> = { node: [], redis: [] };
  const note = (text: string): void => {
    const nowMs = nowUnixMs();
    const seconds = ((nowMs - beganMs) / 1000).toFixed(3).padStart(9);
    lines.push(`${new Date(nowMs).toISOString()} ${seconds} s  ${text}`);
  };
  return {
    note,
    hit(kind, replica) {
      hits.push({ kind, replica, atMs: nowUnixMs() });
      note(`${kind} ${replica}`);
    },
    hitSince(atMs, kind, replica) {
      hits.push({ kind, replica, atMs, untilMs: nowUnixMs() });
      note(`  ${kind} ${replica} is over`);
    },
    async during(what, outage) {
      const fromMs = nowUnixMs();
      note(`${what} goes`);
      try {
        await outage();
      } finally {
        outages[what].push({ fromMs, toMs: nowUnixMs() });
        note(`${what} is back`);
      }
    },
    fault(text) {
      faults.push(text);
      note(`FAULT ${text}`);
    },
    hits,
    outages,
    faults,
    text: () => lines.join('\n'),
  };
}
