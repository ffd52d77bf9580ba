import { PRIORITIES } from '../../queue/index.ts';
import { EFFORTS } from '../routing/signals.ts';
import { TEXT, type Schema } from './schema.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'header';
  readonly description: string;
  readonly schema: Schema;
}

type Named = Readonly<Record<string, Parameter>>;

/** What every endpoint reads. */
export const COMMON_HEADERS: Named = {
  RequestId: header('x-request-id', TEXT, 'Echoed and passed to the engine, where it is 1 to 128 visible characters.'),
};

/** What a request to an engine may say besides its body. */
export const WORK_HEADERS: Named = {
  Pool: header(
    'x-ssw-pool',
    { ...TEXT, examples: ['heavy', 'light', 'auto'] },
    'A pool, or `auto`; wins over `model`.',
  ),
  Priority: header('x-ssw-priority', { enum: PRIORITIES }, 'Its share of a pool while several wait; none starves.'),
  Session: header(
    'x-ssw-session',
    TEXT,
    'Requests of one session run where the last of them ran, while there is room.',
  ),
  Effort: header(
    'x-ssw-effort',
    { enum: EFFORTS },
    'How hard it is, for `auto` to weigh; goes before the body’s word.',
  ),
  Fallback: header('x-ssw-fallback', { enum: ['allow', 'never'] }, 'Whether another pool may step in.'),
  Deadline: header('x-ssw-deadline-ms', { type: 'number', exclusiveMinimum: 0 }, 'The longest wait in line.'),
  SdkTimeout: header(
    'x-stainless-timeout',
    TEXT,
    'Seconds that an SDK waits; the shorter wait counts. What is no number is ignored.',
  ),
  IdempotencyKey: header(
    'idempotency-key',
    { ...TEXT, minLength: 1, maxLength: 255 },
    'A request that comes again with it gets the first one’s answer.',
  ),
  Idempotency: header(
    'ssw-idempotency',
    { enum: ['conflict'] },
    'While the first one runs: 409 in place of its answer as it comes.',
  ),
  TraceParent: header(
    'traceparent',
    TEXT,
    'The trace it is part of (W3C Trace Context, version 00). Passed to the engine; what is malformed is ignored.',
  ),
  TraceState: header('tracestate', TEXT, 'Passed to the engine beside a `traceparent` that is.'),
};

function header(name: string, schema: Schema, description: string): Parameter {
  return { name, in: 'header', description, schema };
}
