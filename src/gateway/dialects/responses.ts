import type { ApiError } from '../errors/errors.ts';
import type { Dialect } from './dialect.ts';
import { aborted, engineError, type EngineError } from './engine-error.ts';
import { lastEventName } from './events.ts';
import { parseObject } from '../body/json.ts';
import { KEEP_ALIVE_COMMENT, openAiRefusal } from './openai-error.ts';

/** OpenAI's Responses: named events, of which one of these is the last. */
const ENDS: ReadonlySet<string | undefined> = new Set(['response.completed', 'response.incomplete']);

/** What comes before anything has been generated. */
const ANNOUNCEMENTS: ReadonlySet<string | undefined> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
]);

export const RESPONSES: Dialect = {
  refusal: openAiRefusal,
  errorEvent,
  keepAlive: KEEP_ALIVE_COMMENT,
  isComplete: (events) => ENDS.has(lastEventName(events)),
  isAnnouncement: (events) => ANNOUNCEMENTS.has(lastEventName(events)),
  looksBroken,
  eventError: errorIn,
  documentError: (body) => (looksBroken(body) ? errorIn(body.toString('utf8')) : undefined),
};

/** A type, or a member that in most events is not there: the response itself comes three times, with `null`. */
const ERROR = Buffer.from('"error"');
const CANCELLED = Buffer.from('"cancelled"');

function looksBroken(bytes: Buffer): boolean {
  return bytes.includes(ERROR) || bytes.includes(CANCELLED);
}

interface Event {
  readonly type: unknown;
  readonly error: unknown;
  readonly status: unknown;
  readonly response: Partial<Event> | null;
}

/** An event's data, or a whole response. */
function errorIn(text: string): EngineError | undefined {
  const said = parseObject<Event>(text) ?? {};
  if (said.type === 'error') return engineError(said.error ?? said, text);
  const { error, status } = said.response ?? said;
  if (error !== undefined && error !== null) return engineError(error, text);
  return status === 'cancelled' ? aborted(text) : undefined; // nothing here cancels: the engine was told to stop
}

/**
 * OpenAI's reference has `code`, `message` and `param` in the event itself; its server sends them as `error`, which its
 * SDKs raise. Both are written.
 */
function errorEvent({ error }: ApiError, before: Buffer): string {
  const { code, message, param } = error;
  const event = { type: 'error', sequence_number: nextNumber(before), code, message, param, error };
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
}

const SEQUENCE_NUMBER = /"sequence_number":(\d+)/g;

/** Events of a stream are numbered from 0. */
function nextNumber(before: Buffer): number {
  const numbers = [...before.toString('latin1').matchAll(SEQUENCE_NUMBER)].map(([, digits]) => Number(digits));
  return (numbers.at(-1) ?? -1) + 1;
}
