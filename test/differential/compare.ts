import { fieldsOf, type Fields } from './fields.ts';
import type { ListedRequest } from './request.ts';
import type { Answer } from './send.ts';

/** A field that an engine and the gateway answer differently; `absent` where one of them has none. */
export interface Difference {
  readonly field: string;
  readonly engine: string;
  readonly gateway: string;
}

/** A difference that is meant, of `docs/differences.json`. Its patterns are regular expressions for the whole text. */
export interface KnownDifference {
  readonly field: string;
  /** Requests it is seen with, as `METHOD path`; absent = any. */
  readonly requests?: string;
  /** What the engine answers; absent = anything. */
  readonly engine?: string;
  /** What the gateway answers; absent = anything. */
  readonly gateway?: string;
  readonly reason: string;
}

const ABSENT = 'absent';

export function differencesBetween(engine: Answer, gateway: Answer): readonly Difference[] {
  const [theirs, ours] = [fieldsOf(engine), fieldsOf(gateway)];
  const all = new Set([...theirs.keys(), ...ours.keys()]);
  return [...all]
    .map((field) => ({ field, engine: told(theirs, field), gateway: told(ours, field) }))
    .filter((it) => it.engine !== it.gateway);
}

const told = (fields: Fields, field: string): string => fields.get(field)?.join(' ') ?? ABSENT;

/** The entry that explains a difference. */
export function explain(
  { field, engine, gateway }: Difference,
  { method, path }: ListedRequest,
  known: readonly KnownDifference[],
): KnownDifference | undefined {
  return known.find(
    (it) =>
      matches(it.field, field) &&
      matches(it.requests, `${method} ${path}`) &&
      matches(it.engine, engine) &&
      matches(it.gateway, gateway),
  );
}

const matches = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`, 's').test(text);
