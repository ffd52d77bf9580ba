import type { Failure } from '../../queue/index.ts';

/** An engine's word that it could not finish, in place of an answer. */
export interface EngineError {
  readonly failure: Exclude<Failure, 'engine_unreached'>;
  /** The status it would have been, where the engine named one. */
  readonly status: number | undefined;
  /** The JSON text that says so. */
  readonly text: string;
}

/** What a vLLM server says to a request that was in its engine when that died (`EngineDeadError`). */
const DEAD = /EngineCore encountered an issue|EngineDeadError/;
/** What Python's executor says in a server that shuts down already: the request was in no engine. */
const SHUTTING_DOWN = 'cannot schedule new futures after shutdown';

/** What the text of an engine's error says of the engine. */
export function failureIn(errorText: string): EngineError['failure'] {
  if (DEAD.test(errorText)) return 'engine_died';
  return errorText.includes(SHUTTING_DOWN) ? 'engine_aborted' : 'engine_error';
}

/** An `error` object of an engine's; `text` is all that came with it. */
export function engineError(error: unknown, text: string): EngineError {
  return { failure: failureIn(text), status: statusOf(error), text };
}

/** An answer that its engine gave up: what it does with all that runs when it is told to stop. */
export function aborted(text: string): EngineError {
  return { failure: 'engine_aborted', status: undefined, text };
}

/** vLLM puts the HTTP status into `error.code`. */
function statusOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined;
}
