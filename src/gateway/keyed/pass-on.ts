import { AnswerLostError } from '../../queue/index.ts';
import { drains, ERROR_EVENT, type StreamClient } from '../relay-stream.ts';

/** Passes the pieces of an answer on to a client as they come. What it does not read is not asked for. */
export function passOn(
  pieces: AsyncIterable<Uint8Array>,
  isStream: boolean,
  client: StreamClient,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    type: 'direct',
    async pull(sink) {
      try {
        for await (const bytes of pieces) if (!(await write(sink, bytes, client))) return;
      } catch (cause) {
        if (!(cause instanceof AnswerLostError)) throw cause;
        if (!isStream) return sink.close(cause); // half a document is none
        void sink.write(ERROR_EVENT);
      }
      if (client.signal.aborted) return;
      client.idleLimit.set(); // after the last byte Bun no longer knows the request
      void sink.end();
    },
  });
}

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
