import type { AnswerSchema, JsonType } from '../../config/index.ts';
import { lengthOf } from './length.ts';

/** Why a value does not fit a schema, with the place in it, as `$.city: is no string`; `undefined` where it fits. */
export function misfit(value: unknown, schema: AnswerSchema, at = '$'): string | undefined {
  for (const rule of RULES) {
    const said = rule(value, schema, at);
    if (said !== undefined) return said;
  }
  return undefined;
}

type Rule = (value: unknown, schema: AnswerSchema, at: string) => string | undefined;

const RULES: readonly Rule[] = [type, literal, text, number, list, object, composed];

function type(value: unknown, schema: AnswerSchema, at: string): string | undefined {
  if (schema.type === undefined) return undefined;
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return types.some((it) => isOfType(value, it)) ? undefined : `${at}: is no ${types.join(' or ')}`;
}

function isOfType(value: unknown, wanted: JsonType): boolean {
  switch (wanted) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === wanted;
  }
}

function literal(value: unknown, schema: AnswerSchema, at: string): string | undefined {
  if ('const' in schema && !isSame(value, schema.const)) return `${at}: is not ${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined && !schema.enum.some((it) => isSame(value, it))) return `${at}: is none of its enum`;
  return undefined;
}

const isSame = (one: unknown, other: unknown): boolean => Bun.deepEquals(one, other, true);

function text(value: unknown, { minLength, maxLength }: AnswerSchema, at: string): string | undefined {
  if (typeof value !== 'string' || (minLength === undefined && maxLength === undefined)) return undefined;
  const length = lengthOf(value);
  if (length < (minLength ?? 0)) return `${at}: is shorter than ${minLength}`;
  return maxLength !== undefined && length > maxLength ? `${at}: is longer than ${maxLength}` : undefined;
}

function number(value: unknown, schema: AnswerSchema, at: string): string | undefined {
  if (typeof value !== 'number') return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && value < minimum) return `${at}: is less than ${minimum}`;
  if (maximum !== undefined && value > maximum) return `${at}: is more than ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `${at}: is not more than ${exclusiveMinimum}`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `${at}: is not less than ${exclusiveMaximum}`;
  return undefined;
}

function list(value: unknown, { items, minItems, maxItems }: AnswerSchema, at: string): string | undefined {
  if (!Array.isArray(value)) return undefined;
  if (minItems !== undefined && value.length < minItems) return `${at}: has fewer than ${minItems} items`;
  if (maxItems !== undefined && value.length > maxItems) return `${at}: has more than ${maxItems} items`;
  return items === undefined ? undefined : first(value.map((it, index) => () => misfit(it, items, `${at}[${index}]`)));
}

function object(value: unknown, schema: AnswerSchema, at: string): string | undefined {
  if (!isObject(value)) return undefined;
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${at}: has no ${JSON.stringify(missing)}`;
  return first(
    Object.entries(value).map(([key, it]) => () => {
      const place = `${at}.${key}`;
      const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (own !== undefined) return misfit(it, own, place);
      if (additionalProperties === false) return `${place}: is not in the schema`;
      return additionalProperties === true ? undefined : misfit(it, additionalProperties, place);
    }),
  );
}

function composed(value: unknown, { anyOf, allOf }: AnswerSchema, at: string): string | undefined {
  if (anyOf !== undefined && anyOf.every((it) => misfit(value, it, at) !== undefined))
    return `${at}: fits none of anyOf`;
  return first((allOf ?? []).map((it) => () => misfit(value, it, at)));
}

function first(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const said = look();
    if (said !== undefined) return said;
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
