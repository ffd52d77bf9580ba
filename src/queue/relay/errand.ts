import type { Reply } from '../outgoing.ts';
import { createBodySender } from './body-sender.ts';
import { createInflow, type ReplyFailure } from './inflow.ts';
import type { Message, Said } from './message.ts';

/** A request of this node that another one runs: its origin's side. */
export interface Errand {
  /** The node that runs it. */
  readonly node: string;
  readonly reply: Promise<Reply>;
  /** A message of its worker's. */
  on(message: Message): void;
  /** Its worker has sent so many frames. */
  sent(frames: number): void;
  /** Bytes that the worker may send in all; it is told so now. */
  credit(): number;
  /** When its worker was heard last; `undefined` once nothing more is expected of it. */
  heardMs(): number | undefined;
  /** It is lost. Does nothing once it has ended. */
  fail(failure: ReplyFailure, cause: Error): void;
  /** Forgets its request's signal. */
  dispose(): void;
}

interface ErrandEffects {
  readonly nowMs: () => number;
  /** To its worker. */
  readonly post: (message: Message) => void;
}

/** Sends the request to a node. `head` is the request's, `body` what follows it. */
export function startErrand(
  node: string,
  head: Said<'request'>,
  body: Uint8Array,
  signal: AbortSignal,
  { nowMs, post }: ErrandEffects,
): Errand {
  const { from, claim } = head;
  const sender = createBodySender(head, body, post);
  const inflow = createInflow(node, {
    tellCredit: (n) => post({ kind: 'credit', from, claim, n, bytes: new Uint8Array() }),
    broke: () => post({ kind: 'abort', from, claim }),
  });
  const abort = (): void => inflow.fail('aborted', new Error('the request was aborted', { cause: signal.reason }));
  let heardMs = nowMs();

  signal.addEventListener('abort', abort, { once: true });
  sender.again(-1);
  return {
    node,
    reply: inflow.reply,
    on(message) {
      heardMs = nowMs();
      if (inflow.isOver()) return;
      if (message.kind === 'ask' && inflow.isAhead()) sender.again(message.have);
      if (message.kind === 'credit') sender.upTo(message.n);
      if (message.kind === 'reply' || message.kind === 'data' || message.kind === 'end') inflow.on(message);
    },
    sent(frames) {
      heardMs = nowMs();
      inflow.sent(frames);
    },
    credit: () => inflow.credit(),
    heardMs: () => (inflow.isOver() ? undefined : heardMs),
    fail: (failure, cause) => inflow.fail(failure, cause),
    dispose: () => signal.removeEventListener('abort', abort),
  };
}
