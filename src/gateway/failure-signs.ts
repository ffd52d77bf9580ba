/** An engine's word that it could not finish, in place of an answer. */
export interface EngineError {
  /** The status it would have been, where the engine named one. */
  readonly status: number | undefined;
  /** The JSON text that says so. */
  readonly text: string;
}

/** A finish reason nobody asked for: vLLM ends what runs with `abort` when it is told to stop, and still says `[DONE]`. */
const BROKEN_FINISHES: readonly unknown[] = ['abort', 'error'];

/** Whether bytes may hold an `error` object or a broken finish. Cheap and never wrong when it says no. */
export function looksBroken(bytes: Buffer): boolean {
  return bytes.includes('"error"') || bytes.includes('"abort"');
}

/** Looks into one JSON text of an engine: a whole reply or an event's data. */
export function engineErrorIn(text: string): EngineError | undefined {
  const { error, choices } = parse(text);
  if (error !== undefined && error !== null) return { status: statusOf(error), text };
  const broken = Array.isArray(choices) && choices.some((it: Choice) => BROKEN_FINISHES.includes(it?.finish_reason));
  return broken ? { status: undefined, text } : undefined;
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
