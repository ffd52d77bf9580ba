import type { Outcome } from '../ticket.ts';
import { createIntake, type WholeRequest } from './intake.ts';
import { ASK_AGAIN_MS, CREDIT_STEP_BYTES, VERDICT_MS_MAX, WINDOW_BYTES } from './limits.ts';
import type { Message, Said } from './message.ts';
import { createOutflow, type AnswerEnd } from './outflow.ts';
import type { Guest, GuestGrant } from './relay.ts';

/** A request of another node that this one runs: its worker's side. */
export interface Hosting {
  readonly guest: Guest;
  /** A message of its origin's. */
  on(message: Message): void;
  /** Its origin wants it still: so many bytes may be sent in all. */
  wanted(credit: number): void;
  /** Frames sent so far, the end's included; `undefined` while its request is not here. */
  frames(): number | undefined;
  /** Time has passed: asks again, or gives up on an origin that is silent for `silenceMs`. */
  look(silenceMs: number): void;
  /** It is not ours to run any more. */
  drop(): void;
}

interface HostingEffects {
  readonly nowMs: () => number;
  /** To its origin. */
  readonly post: (message: Message) => void;
  /** Its grant was ended just now. */
  readonly ended: () => void;
}

/** Asks the origin for a guest's request, runs it, passes the answer on, and ends its grant. */
export function startHosting(from: string, guest: Guest, grant: GuestGrant, effects: HostingEffects): Hosting {
  const { nowMs, post, ended } = effects;
  const { claim, origin, pool, id, replica, alone } = guest;
  const intake = createIntake();
  const stop = new AbortController();
  const outflow = createOutflow(from, claim, { post, received: () => grant.received(), signal: stop.signal });
  let state: 'asking' | 'running' | 'ended' | 'over' = 'asking';
  let heardMs = nowMs();
  /** When a piece of the request came last, and when its answer ended. */
  let progressMs = heardMs;
  let endedMs = 0;
  let creditBytes = WINDOW_BYTES;
  /** Its own engine failed it, so that the origin's word of a broken connection is no mistake. */
  let broke = false;

  function ask(): void {
    progressMs = nowMs();
    post({ kind: 'ask', from, claim, id, pool, origin, replica, alone, have: intake.have() });
  }
  function over(endGrant: () => void): void {
    if (state === 'over') return;
    state = 'over';
    stop.abort(new Error('the origin of the request wants it no more'));
    endGrant();
    ended();
  }
  function settle(how: AnswerEnd): void {
    if (state === 'over') return;
    state = 'ended';
    endedMs = nowMs();
    broke = how === 'refused' || how === 'reset' || how === 'timed_out';
    post({ kind: 'end', from, claim, n: outflow.frames(), how });
  }
  async function run({ head, body }: WholeRequest): Promise<void> {
    state = 'running';
    grant.fingerprint(head.fingerprint);
    const { path, headers } = head;
    settle(await outflow.pass(await grant.send({ path, headers, body, signal: stop.signal })));
  }
  function progress(isNew: boolean): void {
    if (!isNew || state !== 'asking') return;
    progressMs = nowMs();
    const have = intake.have();
    const request = intake.take();
    if (request) return void run(request);
    if (have + WINDOW_BYTES - creditBytes < CREDIT_STEP_BYTES) return;
    creditBytes = have + WINDOW_BYTES;
    post({ kind: 'credit', from, claim, n: creditBytes, bytes: new Uint8Array() });
  }
  function on(message: Message): void {
    heardMs = nowMs();
    if (message.kind === 'over') over(() => grant.finish(outcomeIn(message, broke), message.account));
    if (message.kind === 'request') progress(intake.head(message));
    if (message.kind === 'body') progress(intake.body(message.n, message.bytes));
    if (message.kind === 'credit') outflow.upTo(message.n);
    if (message.kind === 'resize') grant.resize(message.tokens);
    if (message.kind === 'abort') {
      stop.abort(new Error('the request was aborted by its origin'));
      if (state === 'asking') settle('aborted');
    }
  }
  /** No word of the origin's is lost by it: the ticket is offered again, and its origin says whether it is wanted. */
  const lose = (): void => over(() => grant.back());

  ask();
  return {
    guest,
    on,
    wanted(credit) {
      heardMs = nowMs();
      outflow.upTo(credit);
    },
    frames: () => (state === 'asking' ? undefined : outflow.frames() + (state === 'ended' ? 1 : 0)),
    look(silenceMs) {
      if (nowMs() - heardMs >= silenceMs) lose();
      else if (state === 'asking' && nowMs() - progressMs >= ASK_AGAIN_MS) ask();
      else if (state === 'ended' && nowMs() - endedMs >= VERDICT_MS_MAX) over(() => grant.finish('client_gone'));
    },
    drop() {
      if (state === 'running') settle('reset');
      lose();
    },
  };
}

/** How it went, by its origin. That its connection broke is no word about the engine where that did not break here. */
function outcomeIn({ outcome = 'client_gone' }: Said<'over'>, broke: boolean): Outcome {
  const blames = outcome === 'connection_broke' || outcome === 'engine_unreached';
  return blames && !broke ? 'client_gone' : outcome;
}
