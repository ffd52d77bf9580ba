import type { Clock } from '../telemetry/index.ts';
import type { ControlHandler } from './api.ts';
import { streamLines } from './lines.ts';

/** Answers `GET /output?replica=&lines=&follow=1` with lines as NDJSON: what is kept, then what comes. */
export function followOutput(handler: ControlHandler, request: Request, clock: Clock): Response {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const replica = query.get('replica') ?? undefined;
  const lines = Number(query.get('lines') ?? Number.POSITIVE_INFINITY);
  const all = handler.output(replica);
  const kept = all.slice(Math.max(0, all.length - lines));
  return streamLines(clock, (sink) => {
    sink.send(...kept);
    if (query.get('follow') === '1')
      return handler.onOutput((line) => {
        if (replica === undefined || line.replica === replica) sink.send(line);
      });
    sink.end();
    return () => undefined;
  });
}
