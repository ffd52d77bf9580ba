import type { Outgoing, Reply } from '../outgoing.ts';
import type { Outcome } from '../ticket.ts';
import { startErrand, type Errand } from './errand.ts';
import { ERRANDS_MAX, HEAD_BYTES_MAX, VERDICTS_MAX } from './limits.ts';
import type { Message, Said } from './message.ts';
import { nodeOf, type Account, type Guest, type RelayListener } from './relay.ts';

/** What both sides of a relay need. */
export interface Exchange {
  readonly nodeName: string;
  readonly nowMs: () => number;
  readonly post: (node: string, message: Message) => void;
  /** There is something to look after from now on. */
  readonly wake: () => void;
}

/** All requests of this node that others run, and the ends of those that did. */
export interface Errands {
  send(guest: Pick<Guest, 'claim' | 'replica'>, request: Outgoing, fingerprint: string): Promise<Reply>;
  end(guest: Pick<Guest, 'claim' | 'replica'>, outcome: Outcome, account: Account): void;
  /** A message of the worker of one; frames of a claim that is not bound are answered with its end. */
  on(message: Said<'ask' | 'reply' | 'data' | 'end' | 'credit'>): void;
  onStill(message: Said<'still'>): void;
  /** Says whether there is anything left to look after. */
  look(silenceMsOf: (node: string) => number): boolean;
  close(): void;
}

export function createErrands(
  { nodeName: from, nowMs, post, wake }: Exchange,
  asked: RelayListener['asked'],
  countDuplicate: () => void,
): Errands {
  const errands = new Map<string, Errand>();
  const verdicts = createVerdicts();

  /** Told once; asked again by `still`, it is told again. */
  function refuse(node: string, claim: string): void {
    if (verdicts.of(claim)) return;
    countDuplicate();
    post(node, verdicts.keep({ kind: 'over', from, claim }));
  }
  function answer({ from: node, claim, id, pool, origin, replica, alone }: Said<'ask'>): void {
    const known = verdicts.of(claim);
    const isWanted = known === undefined && asked({ claim, id, pool, origin, replica, alone }) === 'run';
    post(node, isWanted ? { kind: 'run', from, claim } : (known ?? { kind: 'over', from, claim }));
  }

  return {
    send({ claim, replica }, { path, headers, body, signal }, fingerprint) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const head = { kind: 'request', from, claim, path, headers, bodyBytes: bytes.byteLength, fingerprint } as const;
      if (signal.aborted) return failed('aborted', signal.reason);
      if (errands.size >= ERRANDS_MAX) return failed('exhausted', new Error('too many requests on other nodes'));
      if (Buffer.byteLength(JSON.stringify(head)) > HEAD_BYTES_MAX) {
        return failed('exhausted', new Error('its headers are too long for another node'));
      }
      const node = nodeOf(replica);
      const errand = startErrand(node, head, bytes, signal, { nowMs, post: (message) => post(node, message) });
      errands.set(claim, errand);
      wake();
      return errand.reply;
    },
    end({ claim, replica }, outcome, account) {
      const errand = errands.get(claim);
      errands.delete(claim);
      errand?.dispose();
      errand?.fail('aborted', new Error('the request is over'));
      post(nodeOf(replica), verdicts.keep({ kind: 'over', from, claim, outcome, account }));
    },
    on(message) {
      const errand = errands.get(message.claim);
      if (errand) errand.on(message);
      else if (message.kind === 'ask') answer(message);
      else if (message.kind !== 'credit') refuse(message.from, message.claim);
    },
    onStill({ from: node, claims }) {
      const wanted: Record<string, number> = {};
      for (const [claim, frames] of Object.entries(claims)) {
        const errand = errands.get(claim);
        const known = verdicts.of(claim);
        errand?.sent(frames);
        if (errand) wanted[claim] = errand.credit();
        else if (known) post(node, known);
        else refuse(node, claim);
      }
      post(node, { kind: 'want', from, claims: wanted });
    },
    look(silenceMsOf) {
      for (const errand of errands.values()) {
        const { node } = errand;
        const silentMs = nowMs() - (errand.heardMs() ?? nowMs());
        if (silentMs >= silenceMsOf(node)) errand.fail('reset', new Error(`node ${node} is silent`));
      }
      return errands.size > 0;
    },
    close() {
      for (const errand of errands.values()) {
        errand.dispose();
        errand.fail('reset', new Error('this node closes'));
      }
      errands.clear();
    },
  };
}

const failed = (failure: 'aborted' | 'exhausted', cause: unknown): Promise<Reply> =>
  Promise.resolve({ ok: false, failure, cause });

/** How claims have ended, the last ones, so that one who asks again is answered alike. */
function createVerdicts() {
  const kept = new Map<string, Said<'over'>>();
  return {
    of: (claim: string) => kept.get(claim),
    keep(verdict: Said<'over'>) {
      kept.set(verdict.claim, verdict);
      for (const eldest of kept.keys()) {
        if (kept.size <= VERDICTS_MAX) break;
        kept.delete(eldest);
      }
      return verdict;
    },
  };
}
