import type { Conclusion } from '../answer/conclusion.ts';
import { apiError } from '../errors/errors.ts';
import { relay } from '../answer/relay-stream.ts';
import { callHeaders, STREAM_HEADERS } from '../answer/reply-headers.ts';
import { clientOf, listenerOf, type Answering } from '../answer/respond.ts';
import { isChanging } from '../routing/former-names.ts';
import type { LongWait } from './long-wait.ts';

const STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** Answers before there is an answer: the headers of a stream go out, comments tell how it stands, and then it comes. */
export function respondEarly(conclusion: Promise<Conclusion>, wait: LongWait, answering: Answering): Response {
  const { call, rooms } = answering;
  const { signal } = call.outgoing;
  const told = conclusion.catch((cause: unknown) => faultOf(cause, answering));
  const body = new ReadableStream<Uint8Array>({
    type: 'direct',
    async pull(sink) {
      const hush = wait.tell((comment) => {
        if (signal.aborted) return; // a sink whose client is gone throws
        void sink.write(comment);
        void sink.flush();
      });
      await writeConclusion(sink, await told.finally(hush), answering);
    },
  });
  const headers = { ...callHeaders(call, rooms.clock.nowMs()), 'content-type': STREAM_TYPE, ...STREAM_HEADERS };
  return new Response(body, { headers: isChanging(call.route) ? withoutModel(headers) : headers });
}

/** Where it is not known yet a comment tells it later. */
function withoutModel(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'x-ssw-model'));
}

/** What `dispatch` does with a fault of our own while a status can still be sent. */
function faultOf(cause: unknown, { call, account, rooms }: Answering): Conclusion {
  account.broke();
  rooms.log.error({ err: cause, request: call.requestId }, 'a request could not be served; this is a bug');
  return { is: 'refused', error: apiError('internal_error', { requestId: call.requestId }), headers: {} };
}

/** The rest of the stream. */
async function writeConclusion(
  sink: ReadableStreamDirectController,
  conclusion: Conclusion,
  answering: Answering,
): Promise<void> {
  if (conclusion.is === 'stream') {
    const { stream, grant } = conclusion;
    return relay(sink, stream, clientOf(answering), listenerOf(stream, grant, answering));
  }
  const { outgoing, idleLimit, reading } = answering.call;
  if (outgoing.signal.aborted) return;
  idleLimit.set();
  if (conclusion.is === 'whole') void sink.write(asEvents(conclusion.body));
  else if (conclusion.is !== 'gone') void sink.write(reading.dialect.errorEvent(conclusion.error, NOTHING));
  void sink.end();
}

/** No event has passed yet. */
const NOTHING = Buffer.alloc(0);

/** An engine that does not stream although it was asked to. Line ends in JSON are only between its values. */
function asEvents(json: Buffer): string {
  return `data: ${json.toString('utf8').replaceAll(/[\r\n]+/g, ' ')}\n\ndata: [DONE]\n\n`;
}
