import type { Cancel, Clock } from '../telemetry/index.ts';

/** An empty line is a sign of life: a long silence looks dead to what stands between, and a client on TCP that is gone without a word is found out by writing alone. */
const HEARTBEAT_MS = 4_000;

/** Pieces a client that reads too slowly may fall behind before it is cut off. */
const BACKLOG_PIECES_MAX = 10_000;

/** Where the lines of one reply go. After the client has left or `end`, nothing goes anywhere. */
export interface LineSink {
  /** One line each, all at once. */
  send(...values: readonly unknown[]): void;
  end(): void;
}

/** A reply of JSON lines (NDJSON) that stays open as long as there is something to tell. `begin` returns what to do at its end. */
export function streamLines(clock: Clock, begin: (sink: LineSink) => Cancel): Response {
  let finish: Cancel = () => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        finish = run(controller, clock, begin);
      },
      cancel: () => finish(),
    },
    new CountQueuingStrategy({ highWaterMark: BACKLOG_PIECES_MAX }),
  );
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}

function run(
  controller: ReadableStreamDefaultController<Uint8Array>,
  clock: Clock,
  begin: (sink: LineSink) => Cancel,
): Cancel {
  const encoder = new TextEncoder();
  let open = true;
  let stopBeating: Cancel = () => undefined;
  let ended: Cancel = () => undefined;
  const finish = (): void => {
    open = false;
    stopBeating();
    ended();
  };
  const write = (line: string): void => {
    if (!open) return;
    if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(encoder.encode(line));
    finish();
    controller.error(new Error('the reader is too slow'));
  };
  const beat = (): void => {
    write('\n');
    if (open) stopBeating = clock.after(HEARTBEAT_MS, beat);
  };
  stopBeating = clock.after(HEARTBEAT_MS, beat);
  ended = begin({
    send: (...values) => write(values.map((it) => `${JSON.stringify(it)}\n`).join('')),
    end() {
      if (!open) return;
      finish();
      controller.close();
    },
  });
  return finish;
}
