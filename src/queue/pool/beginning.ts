import type { Clock } from '../../telemetry/index.ts';
import type { Reply } from '../outgoing.ts';
import type { PoolEvent } from './event.ts';

/**
 * Tells when an execution's answer begins, once: its prompt was read by then. Only streams tell; an answer in one piece
 * comes when all of it is written.
 */
export function createBeginning(
  { replica, claim }: { readonly replica: string; readonly claim: string },
  clock: Clock,
  dispatch: (event: PoolEvent) => void,
) {
  let isAwaited = false;
  return {
    replied(reply: Reply): Reply {
      isAwaited = reply.ok && (reply.headers['content-type'] ?? '').startsWith('text/event-stream');
      return reply;
    },
    received(): void {
      if (!isAwaited) return;
      isAwaited = false;
      dispatch({ on: 'began', replica, claim, nowMs: clock.nowMs() });
    },
  };
}
