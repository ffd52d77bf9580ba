import type { KeptAnswer, Outcome, Recorder } from '../../queue/index.ts';
import type { Account } from '../answer/account.ts';
import type { Client } from '../call.ts';
import { isStream } from '../answer/reply-headers.ts';
import { FALLBACK_HEADER } from '../routing/fallback.ts';
import { createHandover } from './handover.ts';

/** Runs the request for a client of its own; the account is told of its end. */
export type Run = (client: Client, account: Account) => Promise<Response>;

/** What was run, for the client that asked for it. */
export type Recorded =
  { readonly is: 'whole'; readonly response: Response } | { readonly is: 'stream'; readonly answer: KeptAnswer };

/** Headers that belong to an answer, not to the connection or to the request that happened to be first. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  'content-type',
  'cache-control',
  'x-accel-buffering',
  'x-ssw-pool',
  'x-ssw-model',
  'x-ssw-replica',
  'x-ssw-route-reason',
  FALLBACK_HEADER,
  'x-should-retry',
]);

/** Nobody's connection: what is run for a key goes on whoever leaves. */
const nobody = (): Client => ({
  signal: new AbortController().signal,
  idleLimit: { set: () => undefined, lift: () => undefined },
});

/**
 * Runs a request to its end and takes its answer down, whether its client stays or not. An engine's answer is kept,
 * also its considered no; what failed or was refused is not, and may be run again.
 */
export async function runRecorded(
  run: Run,
  recorder: Recorder,
  account: Account,
  signal: AbortSignal,
): Promise<Recorded> {
  const watched = watch(account);
  try {
    const response = await run(nobody(), watched.account);
    if (isStream(response)) return { is: 'stream', answer: recordStream(response, recorder, watched, signal) };
    const body = await response.bytes();
    if (watched.wasAnswered()) {
      recorder.head(response.status, keptHeaders(response.headers));
      recorder.write(body);
      recorder.end('answered');
    } else recorder.end('failed');
    return { is: 'whole', response: new Response(body, { status: response.status, headers: response.headers }) };
  } catch (cause) {
    recorder.end('failed');
    throw cause;
  }
}

/** The stream as its first client gets it; it is held back by that one as long as it is there. */
function recordStream(response: Response, recorder: Recorder, watched: Watched, signal: AbortSignal): KeptAnswer {
  const handover = createHandover();
  if (signal.aborted) handover.leave();
  signal.addEventListener('abort', () => handover.leave(), { once: true });
  recorder.head(response.status, keptHeaders(response.headers));
  const pump = async (): Promise<void> => {
    for await (const bytes of response.body ?? []) {
      recorder.write(bytes);
      await handover.give(bytes);
    }
  };
  const end = (): void => {
    recorder.end(watched.wasAnswered() ? 'answered' : 'failed');
    handover.end();
  };
  pump().then(end, end); // a stream that breaks has told its account
  return { status: response.status, headers: Object.fromEntries(response.headers), body: handover.pieces };
}

interface Watched {
  readonly account: Account;
  wasAnswered(): boolean;
}

/** An account whose first end can be asked for. */
function watch(account: Account): Watched {
  let ended: Outcome | undefined;
  const settle: Account['settle'] = (outcome, seen) => {
    ended ??= outcome;
    account.settle(outcome, seen);
  };
  return {
    account: { ...account, settle },
    wasAnswered: () => ended === 'completed' || ended === 'engine_declined',
  };
}

function keptHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => KEPT_HEADERS.has(name)));
}
