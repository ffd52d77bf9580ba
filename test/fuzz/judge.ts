import { z } from 'zod';
import { ERRORS } from '../../src/gateway/errors/errors.ts';
import type { Answer } from './exchange.ts';
import type { WireRequest } from './requests.ts';

/** Codes of engines' own refusals, beside those of the table. */
const OF_ENGINES = ['context_length_exceeded', 'unsupported_parameter', 'previous_response_not_found', 'from_engine'];
const CODES = new Set([
  ...Object.entries(ERRORS).map(([name, kind]) => ('code' in kind ? kind.code : name)),
  ...OF_ENGINES,
]);

const openAiError = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    param: z.string().nullable(),
    code: z.string().refine((it) => CODES.has(it), 'is no code of the table'),
  }),
});
const anthropicError = z.strictObject({
  type: z.literal('error'),
  error: z.strictObject({ type: z.string().min(1), message: z.string().min(1) }),
});

/** Stacks, paths, sockets, and names of what this server is made of. */
const INSIDES =
  /node_modules|\.ts:\d|\bat (async )?[\w.<>]+ \(|\/(tmp|work|home|root|proc|usr|var|run)\/|\.sock\b|redis|ECONN\w+|\bBun\b|\b(Syntax|Type|Range|Reference)Error\b|127\.0\.0\.1/i;

/** Bun's own answers to what is no HTTP, or has too long a head: without a body. */
const BEFORE_US: ReadonlySet<number> = new Set([400, 414, 431, 501, 505]);

/** What is wrong with an answer, if something is. `mayFail` says that an engine was made to fail. */
export function complaintAbout(
  answer: Answer,
  request: Pick<WireRequest, 'method' | 'path'>,
  mayFail = false,
): string | undefined {
  const { status, headers, body } = answer;
  const text = body.toString('utf8');
  if (body.length === 0 && BEFORE_US.has(status) && !headers.has('x-request-id')) return undefined;
  if (!headers.has('x-request-id')) return `${status} without an id: ${text.slice(0, 200)}`;
  if (status < 400) return undefined;
  if (status >= 500 && !mayFail) return `${status}: ${text.slice(0, 300)}`;
  if (!['true', 'false'].includes(headers.get('x-should-retry') ?? '')) return `${status} says nothing of a retry`;
  if (request.method === 'HEAD') return undefined;
  return shapeComplaint(answer, text, request.path);
}

function shapeComplaint({ headers }: Answer, text: string, path: string): string | undefined {
  if (headers.get('content-type')?.startsWith('application/json') !== true) return `no JSON: ${text.slice(0, 200)}`;
  const isAnthropic = path === '/v1/messages' || path.startsWith('/v1/messages/');
  const read = (isAnthropic ? anthropicError : openAiError).safeParse(parsed(text));
  if (!read.success) return `${z.prettifyError(read.error)} in ${text.slice(0, 300)}`;
  if (text.includes('internal_error') || text.includes('a fault of its own')) return text;
  // What was asked for is repeated in some.
  const found = INSIDES.exec(read.data.error.message.replace(/`.*?`|There is nothing at \S+ \S+/gs, ''));
  return found === null ? undefined : `it tells of our insides, ${found[0]}: ${text.slice(0, 300)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
