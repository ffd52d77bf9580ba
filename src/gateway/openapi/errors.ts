import type { Dialect } from '../dialects/dialect.ts';
import { MESSAGES } from '../dialects/messages.ts';
import { ERRORS } from '../errors/errors.ts';
import { object, orNull, TEXT, type Schema, type Schemas } from './schema.ts';

type ErrorName = keyof typeof ERRORS;

/** One thing that may be said instead of an answer. */
export interface Refusing {
  /** As clients see it. */
  readonly code: string;
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

const TABLE = Object.entries(ERRORS).map(([name, kind]) => {
  const { status, type, message } = kind;
  return { name, code: 'code' in kind ? kind.code : name, status, type, message };
});

const fromEngines = { status: 400, type: 'invalid_request_error' } as const;

/** What engines refuse in words of their own, as it is normalised; their other refusals have codes of the table. */
const OF_ENGINES: readonly Refusing[] = [
  {
    ...fromEngines,
    code: 'context_length_exceeded',
    message: 'The request and its answer are longer than the context.',
  },
  { ...fromEngines, code: 'unsupported_parameter', message: 'The engine does not do what a field asks for.' },
  { ...fromEngines, code: 'previous_response_not_found', message: 'Engines keep no responses.' },
];

const ANYWHERE: readonly ErrorName[] = ['internal_error'];
const AT_THE_DOOR: readonly ErrorName[] = [
  ...ANYWHERE,
  'invalid_request_error', // a tenant's name that is none
  'invalid_api_key',
  'too_many_wrong_keys',
  'keys_unavailable',
  'connections_full',
];
/** Those of other requests. */
const NOT_OF_WORK: ReadonlySet<string> = new Set<ErrorName>(['method_not_allowed', 'not_ready']);

/** What may go wrong, by what is asked for. */
export const REFUSALS = {
  open: named(ANYWHERE),
  readiness: named([...ANYWHERE, 'draining', 'queue_unavailable', 'not_ready']),
  models: named(AT_THE_DOOR),
  model: named([...AT_THE_DOOR, 'model_not_found']),
  work: [...TABLE.filter(({ name }) => !NOT_OF_WORK.has(name)), ...OF_ENGINES],
} as const satisfies Record<string, readonly Refusing[]>;

function named(names: readonly ErrorName[]): readonly Refusing[] {
  const wanted: ReadonlySet<string> = new Set(names);
  return TABLE.filter(({ name }) => wanted.has(name));
}

/** How it goes out. */
export function refused(dialect: Dialect, { code, status, type, message }: Refusing): ReturnType<Dialect['refusal']> {
  return dialect.refusal({ status, error: { message, type, param: null, code } });
}

/** By code, what a client may be told: for people, in the order of the table. */
export function codesTable(): string {
  const rows = ALL.map(({ code, status, message }) => `| ${status} | \`${code}\` | ${message} |`);
  return ['| status | code | message |', '| --- | --- | --- |', ...rows].join('\n');
}

const MESSAGE: Schema = { ...TEXT, minLength: 1 };
const ALL: readonly Refusing[] = [...TABLE, ...OF_ENGINES];

const openAiError = object(
  {
    message: MESSAGE,
    type: { ...TEXT, enum: unique(ALL.map(({ type }) => type)) },
    param: { ...orNull(TEXT), description: 'The field or header at fault.' },
    code: { ...TEXT, enum: unique(ALL.map(({ code }) => code)) },
  },
  ['message', 'type', 'param', 'code'],
);

const anthropicError = object(
  { type: { ...TEXT, enum: unique(ALL.map((it) => anthropicType(refused(MESSAGES, it).body))) }, message: MESSAGE },
  ['type', 'message'],
);

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function anthropicType(body: object): string {
  const { error }: { error?: { type: string } } = body;
  return error?.type ?? '';
}

export const ERROR_SCHEMAS: Schemas = {
  Error: object({ error: openAiError }, ['error'], 'OpenAI’s.'),
  MessageError: object({ type: { const: 'error' }, error: anthropicError }, ['type', 'error'], 'Anthropic’s.'),
};

/** The name of the schema of a dialect’s errors. */
export function errorSchema(dialect: Dialect): string {
  return dialect === MESSAGES ? 'MessageError' : 'Error';
}
