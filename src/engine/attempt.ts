import type { Connections, RequestHead } from './connections.ts';
import { createBody, iterate, UnwritableHead, type Body, type BrokenAt } from './http/index.ts';
import { isOwnShortage } from './own-shortage.ts';
import type { EngineFailure, EngineReply } from './protocol.ts';

/** One request as it goes out. */
export interface Outbound extends RequestHead {
  /** Aborting breaks the connection at once, before the status line or after it. */
  readonly signal: AbortSignal;
}

/** An attempt's end. `stale`: a kept connection turned out closed before one byte of an answer came. */
export interface Attempt {
  readonly reply: EngineReply;
  readonly stale: boolean;
}

/** Sends a request once; answers at the status line. Never throws. */
export function attempt(
  outbound: Outbound,
  connections: Connections,
  connection: 'pooled' | 'fresh',
): Promise<Attempt> {
  const { signal } = outbound;
  if (signal.aborted) return Promise.resolve(failed('aborted', signal.reason));
  return new Promise((resolve) => {
    try {
      run(outbound, connections, connection, resolve);
    } catch (cause) {
      // Nothing was sent: the connections are closed, or a header or path cannot be written.
      resolve(failed(cause instanceof UnwritableHead ? 'unwritable' : unconnected(cause), cause));
    }
  });
}

function run(
  outbound: Outbound,
  connections: Connections,
  connection: 'pooled' | 'fresh',
  resolve: (attempt: Attempt) => void,
): void {
  const { signal } = outbound;
  let body: Body | undefined;
  let isOver = false;

  const over = () => {
    isOver = true;
    signal.removeEventListener('abort', abort);
  };
  const leave = () => {
    over();
    exchange.leave();
  };
  const abort = () => {
    leave();
    const cause = new Error('the request was aborted', { cause: signal.reason });
    body?.fail(cause);
    resolve(failed('aborted', cause));
  };
  const exchange = connections.open(outbound, connection, {
    head({ status, headers }) {
      body = createBody({ pause: () => exchange.pause(), resume: () => exchange.resume(), leave });
      const { flow } = body;
      const bytes = { flow, [Symbol.asyncIterator]: () => iterate(flow) };
      resolve({ reply: { ok: true, status, headers, body: bytes }, stale: false });
    },
    data: (piece) => body?.put(piece),
    end() {
      over();
      body?.end();
    },
    broke(at, cause) {
      over();
      body?.fail(cause);
      resolve({ ...failed(failureOf(at, cause), cause), stale: at === 'stale' });
    },
  });
  if (!isOver) signal.addEventListener('abort', abort, { once: true }); // it may have broken at once
}

const failed = (failure: EngineFailure, cause: unknown): Attempt => ({
  reply: { ok: false, failure, cause },
  stale: false,
});

/** Anything after there was a connection is `reset`. */
function failureOf(at: BrokenAt, cause: unknown): EngineFailure {
  return at === 'unconnected' ? unconnected(cause) : 'reset';
}

/** Never connected is `refused`, whatever the reason, unless the reason is ours. */
function unconnected(cause: unknown): EngineFailure {
  return isOwnShortage(cause) ? 'exhausted' : 'refused';
}
