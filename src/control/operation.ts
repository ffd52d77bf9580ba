import type { OperationResult, Progress } from '../supervisor/index.ts';
import type { OperationEvent } from './api.ts';
import { streamLines } from './lines.ts';
import type { Call } from './route.ts';

/** A change that is over at once, on record. `resultOf` tells an answer that says no from one that says yes. */
export async function change<T>(
  call: Pick<Call, 'audit'>,
  run: () => Promise<T>,
  resultOf: (answer: T) => OperationResult = () => ({ ok: true }),
): Promise<Response> {
  call.audit.began();
  try {
    const answer = await run();
    call.audit.ended(resultOf(answer));
    return Response.json(answer);
  } catch (cause) {
    call.audit.ended({ ok: false, message: String(cause) });
    throw cause;
  }
}

/**
 * Runs an operation and tells its progress line by line, then its one result. It goes on when the client leaves, unless it heeds
 * `gone`. `request` is what was asked for beyond the path, for the record.
 */
export function streamOperation<T extends OperationResult>(
  { clock, audit }: Pick<Call, 'clock' | 'audit'>,
  run: (progress: Progress, gone: AbortSignal) => Promise<T>,
  request?: object,
): Response {
  const gone = new AbortController();
  audit.began(request);
  return streamLines(clock, (sink) => {
    const tell = (event: OperationEvent) => sink.send(event);
    void run((progress) => tell({ progress }), gone.signal)
      .catch((cause: unknown): OperationResult => ({ ok: false, message: String(cause) }))
      .then((result) => {
        audit.ended(result);
        tell({ result });
        sink.end();
      });
    return () => gone.abort();
  });
}
