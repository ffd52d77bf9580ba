import { COMPLETIONS } from '../dialects/completions.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MESSAGES } from '../dialects/messages.ts';
import { errorSchema, refused, REFUSALS, type Refusing } from './errors.ts';
import { ANY_ANSWER, CHALLENGE, headerRefs, MESSAGE_ANSWER, REFUSAL, WORK_REFUSAL } from './response-headers.ts';
import { ref } from './schema.ts';

type Kind = keyof typeof REFUSALS;

interface Refusals {
  /** What an operation says of them: by status, the name of a response. */
  readonly references: Readonly<Record<string, object>>;
  /** Those responses, by their names. */
  readonly responses: Readonly<Record<string, object>>;
}

/** What may be answered instead of an answer, by status. */
export function describeRefusals(kind: Kind, dialect: Dialect): Refusals {
  const byStatus = Map.groupBy(REFUSALS[kind], (it) => refused(dialect, it).status);
  const sorted = [...byStatus].toSorted(([one], [other]) => one - other);
  const prefix = `${kind}${dialect === MESSAGES ? '_message' : ''}`;
  const name = (status: number) => `${prefix}_${status}`;
  return {
    references: Object.fromEntries(sorted.map(([it]) => [it, { $ref: `#/components/responses/${name(it)}` }])),
    responses: Object.fromEntries(sorted.map(([it, refusals]) => [name(it), response(it, refusals, kind, dialect)])),
  };
}

function response(status: number, refusals: readonly Refusing[], kind: Kind, dialect: Dialect): object {
  const codes = [...new Set(refusals.map(({ code }) => `\`${code}\``))];
  const headers = {
    ...ANY_ANSWER,
    ...(dialect === MESSAGES ? MESSAGE_ANSWER : {}),
    ...REFUSAL,
    ...(kind === 'work' ? WORK_REFUSAL : {}),
    ...(status === 401 ? CHALLENGE : {}),
  };
  return {
    description: `${codes.join(', ')}.`,
    headers: headerRefs(headers),
    content: { 'application/json': { schema: ref(errorSchema(dialect)) } },
  };
}

/** All of them. */
export function allRefusals(): Refusals['responses'] {
  const kinds: readonly Kind[] = ['open', 'readiness', 'models', 'model', 'work'];
  const described = [...kinds.map((kind) => describeRefusals(kind, COMPLETIONS)), describeRefusals('work', MESSAGES)];
  return Object.assign({}, ...described.map(({ responses }) => responses));
}
