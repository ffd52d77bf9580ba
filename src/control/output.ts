import { streamLines } from './lines.ts';
import type { Call } from './route.ts';

/** Answers `GET /output?replica=&lines=&follow=1` with lines as NDJSON: what is kept, then what comes. */
export function followOutput({ handler, search, clock }: Pick<Call, 'handler' | 'search' | 'clock'>): Response {
  const replica = search.get('replica') ?? undefined;
  const lines = Number(search.get('lines') ?? Number.POSITIVE_INFINITY);
  const all = handler.output(replica);
  const kept = all.slice(Math.max(0, all.length - lines));
  return streamLines(clock, (sink) => {
    sink.send(...kept);
    if (search.get('follow') === '1')
      return handler.onOutput((line) => {
        if (replica === undefined || line.replica === replica) sink.send(line);
      });
    sink.end();
    return () => undefined;
  });
}
