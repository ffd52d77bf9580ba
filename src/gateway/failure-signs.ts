import type { Failure } from '../queue/index.ts';

/** An engine's word that it could not finish, in place of an answer. */
export interface EngineError {
  readonly failure: Exclude<Failure, 'engine_unreached' | 'connection_broke'>;
  /** The status it would have been, where the engine named one. */
  readonly status: number | undefined;
  /** The JSON text that says so. */
  readonly text: string;
}

/** A finish reason nobody asked for: vLLM ends what runs with `abort` when it is told to stop, and still says `[DONE]`. */
const BROKEN_FINISHES = { abort: 'engine_aborted', error: 'engine_error' } as const;

/** What a vLLM server says to a request that was in its engine when that died (`EngineDeadError`). */
const DEAD = /EngineCore encountered an issue|EngineDeadError/;
/** What Python's executor says in a server that shuts down already: the request was in no engine. */
const SHUTTING_DOWN = 'cannot schedule new futures after shutdown';

/** Whether bytes may hold an `error` object or a broken finish. Cheap and never wrong when it says no. */
export function looksBroken(bytes: Buffer): boolean {
  return bytes.includes('"error"') || bytes.includes('"abort"');
}

/** What the text of an engine's error says of the engine. */
export function failureIn(errorText: string): EngineError['failure'] {
  if (DEAD.test(errorText)) return 'engine_died';
  return errorText.includes(SHUTTING_DOWN) ? 'engine_aborted' : 'engine_error';
}

/** Looks into one JSON text of an engine: a whole reply or an event's data. */
export function engineErrorIn(text: string): EngineError | undefined {
  const { error, choices } = parse(text);
  if (error !== undefined && error !== null) return { failure: failureIn(text), status: statusOf(error), text };
  const [failure] = Array.isArray(choices) ? choices.flatMap(brokenFinishOf) : [];
  return failure === undefined ? undefined : { failure, status: undefined, text };
}

function brokenFinishOf(choice: Choice): ('engine_aborted' | 'engine_error')[] {
  const reason = choice?.finish_reason;
  return reason === 'abort' || reason === 'error' ? [BROKEN_FINISHES[reason]] : [];
}

interface Reply {
  readonly error?: unknown;
  readonly choices?: unknown;
}
type Choice = { readonly finish_reason?: unknown } | null;

/** Text that is not JSON is no sign of failure: it passes as it is, for the client to judge. */
function parse(text: string): Reply {
  try {
    const value: Reply | null = JSON.parse(text);
    return value ?? {};
  } catch {
    return {};
  }
}

/** vLLM puts the HTTP status into `error.code`. */
function statusOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined;
}
