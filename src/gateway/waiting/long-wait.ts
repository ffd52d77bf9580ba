import type { Admission, Grant, Ticket } from '../../queue/index.ts';
import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { Call } from '../call.ts';
import type { GatewayRooms } from '../gateway.ts';
import { isChanging } from '../routing/former-names.ts';
import { grantedComment, queuedComment, RUNNING_COMMENT } from './comments.ts';

/** Time between two comments of a stream that waits: shorter than the patience of proxies and of people. */
export const COMMENT_EVERY_MS = 5_000;

/** One request's time in line, and what a stream's client is told of it. */
export interface LongWait {
  /** Hands an admission through; until it is here the request waits in line, with `next` where it has another ticket now. */
  during(admission: Promise<Admission>, next?: Ticket): Promise<Admission>;
  /** Whether it has been in line for `flushAfterMs` at some time: its headers are out, or about to be. */
  isOverdue(): boolean;
  /** Whether it is in line still after `flushAfterMs`, before its conclusion is here. Never where it wants no stream. */
  outlasts(conclusion: Promise<unknown>): Promise<boolean>;
  /** Tells now, every few seconds and at each grant how it stands, until it is cancelled. One listener. */
  tell(say: (comment: string) => void): Cancel;
}

/** Whoever wants an answer in one piece just waits. */
const IN_SILENCE: LongWait = {
  during: (admission) => admission,
  isOverdue: () => false,
  outlasts: () => Promise.resolve(false),
  tell: () => () => undefined,
};

/** Begins to count. */
export function createLongWait(
  { ticket: first, streams, route }: Pick<Call, 'ticket' | 'streams' | 'route'>,
  { queue, clock, flushAfterMs }: Pick<GatewayRooms, 'queue' | 'clock'> & { readonly flushAfterMs: number },
): LongWait {
  if (!streams) return IN_SILENCE;
  const overdue = Promise.withResolvers<boolean>();
  const overdueMs = clock.nowMs() + flushAfterMs;
  let ticket = first;
  let isOverdue = false;
  let running: Grant | undefined;
  let say: ((comment: string) => void) | undefined;

  async function tellPlace(): Promise<void> {
    const standing = await queue.standing(ticket.id, ticket.pool).catch(() => undefined);
    if (running === undefined) say?.(queuedComment(standing));
  }
  const tellHow = (): void => {
    if (running === undefined) void tellPlace();
    else say?.(RUNNING_COMMENT);
  };

  return {
    async during(admission, next = ticket) {
      ticket = next;
      running = undefined;
      const cancel = clock.after(Math.max(overdueMs - clock.nowMs(), 0), () => {
        isOverdue = true;
        overdue.resolve(true);
      });
      const admitted = await admission.finally(cancel);
      if (!admitted.ok) return admitted;
      running = admitted.grant;
      say?.(grantedComment(running, isChanging(route)));
      return admitted;
    },
    isOverdue: () => isOverdue,
    outlasts: (conclusion) => Promise.race([overdue.promise, conclusion.then(() => false)]),
    tell(listener) {
      say = listener;
      if (running === undefined) void tellPlace();
      else say(grantedComment(running, isChanging(route)));
      const cancel = every(COMMENT_EVERY_MS, tellHow, clock);
      return () => {
        cancel();
        say = undefined;
      };
    },
  };
}

function every(ms: number, call: () => void, clock: Clock): Cancel {
  let cancel = clock.after(ms, function again() {
    cancel = clock.after(ms, again);
    call();
  });
  return () => cancel();
}
