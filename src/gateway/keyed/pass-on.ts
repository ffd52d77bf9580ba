import { AnswerLostError } from '../../queue/index.ts';
import { drains } from '../answer/client-writer.ts';
import type { StreamClient } from '../answer/relay-stream.ts';

/**
 * Passes the pieces of an answer on to a client as they come. What it does not read is not asked for. `lostEvent` tells a
 * stream's client that the rest is lost; half a document is none. `ended` is called when the last byte is out, or there
 * will be none; perhaps twice.
 */
export function passOn(
  pieces: AsyncIterable<Uint8Array>,
  lostEvent: ((before: Buffer) => string) | undefined,
  client: StreamClient,
  ended: () => void,
): ReadableStream<Uint8Array> {
  // Bun asks for no byte of a response whose client left before it was returned.
  if (client.signal.aborted) ended();
  else client.signal.addEventListener('abort', ended, { once: true });
  return new ReadableStream<Uint8Array>({
    type: 'direct',
    pull: (sink) => pass(pieces, lostEvent, client, sink).finally(ended),
  });
}

async function pass(
  pieces: AsyncIterable<Uint8Array>,
  lostEvent: ((before: Buffer) => string) | undefined,
  client: StreamClient,
  sink: ReadableStreamDirectController,
): Promise<void> {
  let last: Uint8Array = NOTHING;
  try {
    for await (const bytes of pieces) {
      last = bytes;
      if (!(await write(sink, bytes, client))) return;
    }
  } catch (cause) {
    if (!(cause instanceof AnswerLostError)) throw cause;
    if (lostEvent === undefined) return sink.close(cause);
    void sink.write(lostEvent(Buffer.from(last)));
  }
  if (client.signal.aborted) return;
  client.idleLimit.set(); // after the last byte Bun no longer knows the request
  void sink.end();
}

const NOTHING = new Uint8Array();

/** Whether the client is there for more. */
async function write(sink: ReadableStreamDirectController, bytes: Uint8Array, client: StreamClient): Promise<boolean> {
  if (client.signal.aborted) return false;
  const written = sink.write(bytes);
  if (typeof written !== 'number' && !(await drains(written, client))) {
    sink.close(new Error('the client takes nothing'));
    return false;
  }
  void sink.flush();
  return true;
}
