import type { BodyFlow, BodyListener, ReplyBody } from '../../queue/index.ts';

/** A reply's body as a flow, whichever way it comes: this host's engines tell, frames of other hosts are asked for. */
export function flowOf(body: ReplyBody): BodyFlow {
  return body.flow ?? flowFrom(body[Symbol.asyncIterator]());
}

function flowFrom(iterator: AsyncIterator<Uint8Array>): BodyFlow {
  let listener: BodyListener | undefined;
  let wake: (() => void) | undefined;
  let isRunning = false;
  let isLeft = false;

  async function whileResumed(): Promise<BodyListener> {
    if (listener !== undefined) return listener;
    await new Promise<void>((resolve) => (wake = resolve));
    return whileResumed(); // it may be paused again meanwhile
  }
  async function run(): Promise<void> {
    for (;;) {
      if (listener === undefined) await whileResumed();
      const next = await ask(iterator);
      const told = listener ?? (await whileResumed());
      if (isLeft) return;
      if ('cause' in next) return told.broke(next.cause);
      if (next.bytes === undefined) return told.end();
      told.data(next.bytes);
    }
  }

  return {
    resume(it) {
      listener = it;
      wake?.();
      if (!isRunning && !isLeft) void run();
      isRunning = true;
    },
    pause: () => (listener = undefined),
    leave() {
      isLeft = true;
      iterator.return?.().catch(() => undefined); // it fails only where it is closed already
    },
  };
}

/** The next piece, `undefined` at the end; or why none comes. */
type Next = { readonly bytes: Uint8Array | undefined } | { readonly cause: unknown };

async function ask(iterator: AsyncIterator<Uint8Array>): Promise<Next> {
  try {
    const next = await iterator.next();
    return { bytes: next.done === true ? undefined : next.value };
  } catch (cause) {
    return { cause };
  }
}
