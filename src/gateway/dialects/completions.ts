import type { Dialect } from './dialect.ts';
import { aborted, engineError, type EngineError } from './engine-error.ts';
import { parseObject } from '../body/json.ts';
import { KEEP_ALIVE_COMMENT, openAiRefusal } from './openai-error.ts';

/** OpenAI's chat and text completions, and whatever of its API does not stream: chunks, then `data: [DONE]`. */
export const COMPLETIONS: Dialect = {
  refusal: openAiRefusal,
  errorEvent: ({ error }) => `data: ${JSON.stringify({ error })}\n\n`, // OpenAI's SDKs raise it
  keepAlive: KEEP_ALIVE_COMMENT,
  isComplete: endsWithDone,
  isAnnouncement: () => false, // vLLM's first chunk comes with the first token
  looksBroken,
  eventError: errorIn,
  documentError: (body) => (looksBroken(body) ? errorIn(body.toString('utf8')) : undefined),
};

const RIGHT_BRACKET = 0x5d;
const CARRIAGE_RETURN = 0x0d;

/** `[DONE]` is the one event whose data ends with a bracket, so most chunks are told by one byte. */
function endsWithDone(events: Buffer): boolean {
  const last = events.length - (events[events.length - 2] === CARRIAGE_RETURN ? 5 : 3);
  if (events[last] !== RIGHT_BRACKET) return false;
  return events.toString('latin1', events.lastIndexOf('\n', last) + 1, last + 1) === 'data: [DONE]';
}

/** With their quotes, which are escaped in the text of an answer. As bytes, which are found in half the time. */
const ERROR = Buffer.from('"error"');
const ABORT = Buffer.from('"abort"');

function looksBroken(bytes: Buffer): boolean {
  return bytes.includes(ERROR) || bytes.includes(ABORT);
}

interface Reply {
  readonly error: unknown;
  readonly choices: unknown;
}
type Choice = { readonly finish_reason?: unknown } | null;

function errorIn(text: string): EngineError | undefined {
  const { error, choices } = parseObject<Reply>(text) ?? {};
  if (error !== undefined && error !== null) return engineError(error, text);
  const reasons = Array.isArray(choices) ? choices.map((choice: Choice) => choice?.finish_reason) : [];
  // vLLM ends what runs with `abort` when it is told to stop, and still says `[DONE]`.
  if (reasons.includes('abort')) return aborted(text);
  return reasons.includes('error') ? { failure: 'engine_error', status: undefined, text } : undefined;
}
