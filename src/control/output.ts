import type { OutputLine } from '../supervisor/index.ts';
import type { ControlHandler } from './api.ts';

/** Lines a client that reads too slowly may fall behind before it is cut off. */
const FOLLOW_BACKLOG_LINES_MAX = 10_000;

/** Answers `GET /output?replica=&lines=&follow=1` with lines as NDJSON: what is kept, then what comes. */
export function followOutput(handler: ControlHandler, request: Request): Response {
  const query = new URL(request.url).searchParams;
  const replica = query.get('replica') ?? undefined;
  const lines = Number(query.get('lines') ?? Number.POSITIVE_INFINITY);
  const all = handler.output(replica);
  const kept = all.slice(Math.max(0, all.length - lines));
  if (query.get('follow') !== '1') return ndjson(new Blob(kept.map(encode)).stream());
  return ndjson(follow(handler, kept, replica));
}

function follow(handler: ControlHandler, kept: readonly OutputLine[], replica: string | undefined): ReadableStream {
  const encoder = new TextEncoder();
  let unsubscribe: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        for (const line of kept) controller.enqueue(encoder.encode(encode(line)));
        unsubscribe = handler.onOutput((line) => {
          if (replica !== undefined && line.replica !== replica) return;
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(encoder.encode(encode(line)));
          unsubscribe();
          controller.error(new Error('the reader is too slow'));
        });
      },
      cancel: () => unsubscribe(),
    },
    new CountQueuingStrategy({ highWaterMark: FOLLOW_BACKLOG_LINES_MAX }),
  );
}

const encode = (line: OutputLine): string => `${JSON.stringify(line)}\n`;
const ndjson = (body: ReadableStream): Response =>
  new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
