import { reserveOf } from '../../../src/queue/budget/reserve.ts';
import type { Commit, CommitReply, PlacedEntry } from '../../../src/queue/store.ts';
import type { Trace } from '../trace.ts';
import type { Rule } from './scene.ts';

/** The world's own books of all requests: what they met, and what may not happen to them. */
export interface Books {
  /** A client asks. */
  asked(id: string, host: string): void;
  /** Bytes reach its client. */
  shown(id: string, text: string): void;
  /** Its client has its outcome. */
  ended(id: string, outcome: string): void;
  /** An engine begins it, beside what it runs. */
  began(id: string, address: string, running: readonly string[]): void;
  /** A commit was applied; `line` is what is left. */
  applied(commit: Commit, reply: CommitReply, line: readonly PlacedEntry[]): void;
  /** Requests without an outcome. */
  open(): readonly string[];
  /** How often something came about. */
  readonly counts: Map<string, number>;
}

/** What one replica may run at once. */
export interface Limits {
  readonly kvTokens: number;
  readonly sequencesMax: number;
}

interface Page {
  outcome: string | undefined;
  /** The execution whose bytes its client sees, and how many pieces of them. */
  execution: string | undefined;
  pieces: number;
  isWhole: boolean;
  executions: number;
}

export function createBooks(trace: Trace<Rule>, { kvTokens, sequencesMax }: Limits): Books {
  const pages = new Map<string, Page>();
  const open = new Set<string>();
  const costs = new Map<string, number>();
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

  function pageOf(id: string): Page {
    const page = pages.get(id);
    if (page === undefined) throw new Error(`nobody asked ${id}`);
    return page;
  }

  return {
    counts,
    asked(id, host) {
      trace.note(`${id} asks ${host}`);
      pages.set(id, { outcome: undefined, execution: undefined, pieces: 0, isWhole: false, executions: 0 });
      open.add(id);
      count('asked');
    },
    shown(id, text) {
      const page = pageOf(id);
      const [of, execution, number, rest] = text.trimEnd().split(' ');
      page.execution ??= execution;
      page.pieces += 1;
      page.isWhole = rest === 'end';
      if (of !== id) trace.broken('bytes', `${id} is shown what ${of} asked for`);
      if (page.execution !== execution)
        trace.broken('bytes', `${id} is shown bytes of ${page.execution} and ${execution}`);
      if (Number(number) !== page.pieces)
        trace.broken('bytes', `${id} is shown piece ${number} in place of ${page.pieces}`);
      if (page.outcome !== undefined) trace.broken('bytes', `${id} is shown bytes after its outcome`);
    },
    ended(id, outcome) {
      const page = pageOf(id);
      trace.note(`${id} ${outcome}`);
      count(`ended: ${outcome}`);
      if (page.outcome !== undefined) trace.broken('outcome', `${id} was ${page.outcome}, and is ${outcome}`);
      if (page.executions > 0 && NEWCOMERS.has(outcome)) trace.broken('outcome', `${id} has run, and is ${outcome}`);
      if (outcome === 'whole' && !page.isWhole) trace.broken('bytes', `${id} is whole after ${page.pieces} pieces`);
      page.outcome = outcome;
      open.delete(id);
    },
    began(id, address, running) {
      const page = pageOf(id);
      trace.note(`${id} begins at ${address}`);
      page.executions += 1;
      count(page.executions > 1 ? 'begun again' : 'begun');
      const tokens = running.reduce((sum, it) => sum + (costs.get(it) ?? 0), 0);
      const text = `${address} runs ${running.join(', ')}: ${tokens} tokens`;
      if (running.length > sequencesMax || (running.length > 1 && tokens > kvTokens + reserveOf(kvTokens)))
        trace.broken('budget', text);
    },
    applied({ transitions }, reply, line) {
      if (reply.type === 'superseded') return count('superseded');
      const newcomers = new Set(transitions.flatMap((it) => ('entry' in it ? [it.entry.id] : [])));
      for (const { kind, entry, claim, replica } of reply.claims) {
        count(`claimed: ${kind}`);
        trace.note(`${entry.id} is claimed by ${claim} for ${replica} (${kind})`);
        costs.set(entry.id, entry.costTokens);
        if (kind !== 'line' || transitions.some(({ type }) => RETURNS.has(type))) continue;
        const passed = line.find((it) => isBefore(it, entry) && !newcomers.has(it.id));
        if (passed) trace.broken('order', `${entry.id} of ${entry.tenant} is claimed before ${passed.id}`);
      }
    },
    open: () => [...open],
  };
}

/** What only one that was never accepted may be told. */
const NEWCOMERS: ReadonlySet<string> = new Set([
  'queue_unavailable',
  'server_overloaded',
  'tenant_queue_full',
  'bodies_full',
  'wait_too_long',
]);

/** May put back, after a claim that the same commit made on its way, what comes before it. */
const RETURNS: ReadonlySet<string> = new Set(['give_back', 'restore_ticket', 'beat', 'register']);

function isBefore(one: PlacedEntry, other: PlacedEntry): boolean {
  return one.tenant === other.tenant && one.priority === other.priority && one.order < other.order;
}
