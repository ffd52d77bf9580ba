import type { Reply } from '../outgoing.ts';
import { createAnswer, type Answer } from './answer.ts';
import { CREDIT_STEP_BYTES, WINDOW_BYTES } from './limits.ts';
import type { Said } from './message.ts';

export type ReplyFailure = Extract<Reply, { readonly ok: false }>['failure'];

/** An answer that comes from its worker in numbered frames. Whatever is missing of it breaks it. */
export interface Inflow {
  /** Settles at the status line. */
  readonly reply: Promise<Reply>;
  on(message: Said<'reply'> | Said<'data'> | Said<'end'>): void;
  /** Its worker has sent so many frames; they come in order, so that all of them should be here. */
  sent(frames: number): void;
  /** No frame has come yet. */
  isAhead(): boolean;
  /** All has come, or it broke. */
  isOver(): boolean;
  /** Bytes that the worker may send in all; it is told so now. */
  credit(): number;
  /** Does nothing once it is over. */
  fail(failure: ReplyFailure, cause: Error): void;
}

interface InflowActions {
  /** The worker may send so many bytes in all. */
  tellCredit(bytes: number): void;
  /** It broke on this side; its worker does not know. */
  broke(): void;
}

export function createInflow(node: string, act: InflowActions): Inflow {
  const { promise: reply, resolve } = Promise.withResolvers<Reply>();
  let frames = 0;
  let receivedBytes = 0;
  let takenBytes = 0;
  let creditBytes = WINDOW_BYTES;
  let answer: Answer | undefined;
  let over = false;

  function settle(failure: ReplyFailure, cause: Error): void {
    over = true;
    if (answer) answer.fail(cause);
    else resolve({ ok: false, failure, cause });
  }
  function fail(failure: ReplyFailure, cause: Error): void {
    if (over) return;
    settle(failure, cause);
    act.broke();
  }
  function credit(): number {
    creditBytes = takenBytes + WINDOW_BYTES;
    return creditBytes;
  }
  function taken(bytes: number): void {
    takenBytes += bytes;
    if (!over && takenBytes + WINDOW_BYTES - creditBytes >= CREDIT_STEP_BYTES) act.tellCredit(credit());
  }
  function begin({ status, headers }: Said<'reply'>): void {
    answer = createAnswer({ taken, left: () => fail('aborted', new Error('its reader left')) });
    resolve({ ok: true, status, headers, body: answer.body });
  }
  function put({ bytes }: Said<'data'>): void {
    receivedBytes += bytes.byteLength;
    if (receivedBytes > creditBytes) fail('reset', new Error(`node ${node} sent more than it may`));
    else answer?.put(bytes);
  }
  function end({ how }: Said<'end'>): void {
    if (how !== 'whole' || !answer) {
      return settle(how === 'whole' ? 'reset' : how, new Error(`the request ended on node ${node}: ${how}`));
    }
    over = true;
    answer.end();
  }
  /** One that is older has come before, and is none. */
  function sent(count: number): void {
    if (count > frames) fail('reset', new Error(`frames of node ${node} did not arrive: ${count - frames}`));
  }

  return {
    reply,
    on(message) {
      const frame = message.kind === 'reply' ? 0 : message.n;
      sent(frame);
      if (over || frame !== frames) return;
      frames += 1;
      if (message.kind === 'reply') begin(message);
      else if (message.kind === 'data') put(message);
      else end(message);
    },
    sent,
    isAhead: () => frames === 0,
    isOver: () => over,
    credit,
    fail,
  };
}
