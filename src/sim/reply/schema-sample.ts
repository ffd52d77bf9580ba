import { isRecord } from '../openai/json.ts';

/** Schemas nest at most this deep here; what is below becomes null. Recursive schemas would not end otherwise. */
const DEPTH_MAX = 16;

/** What strings say where the schema leaves them free. */
const SAMPLE_TEXT = 'simulated';

/** A value that fits a simple JSON schema: types, properties, items, enum, const, anyOf/oneOf, local $ref, least sizes. */
export function sampleOf(schema: unknown): unknown {
  return sample(schema, schema, 0);
}

function sample(schema: unknown, root: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > DEPTH_MAX) return null;
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (typeof schema['$ref'] === 'string') return sample(lookUp(schema['$ref'], root), root, depth + 1);
  const alternatives = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(alternatives)) return sample(alternatives[0], root, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(schema, root, depth);
    case 'array':
      return Array.from({ length: Math.max(1, atLeast(schema['minItems'])) }, () =>
        sample(schema['items'] ?? { type: 'string' }, root, depth + 1),
      );
    case 'integer':
      return Math.ceil(numberOf(schema));
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'string':
      return SAMPLE_TEXT.padEnd(atLeast(schema['minLength']), '.').slice(0, lengthMax(schema));
    default:
      return null;
  }
}

function typeOf(schema: Readonly<Record<string, unknown>>): unknown {
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  return type ?? ('properties' in schema ? 'object' : 'string');
}

function sampleObject(schema: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, sample(value, root, depth + 1)]));
}

function lookUp(reference: string, root: unknown): unknown {
  return reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((key) => key !== '')
    .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root);
}

function numberOf(schema: Readonly<Record<string, unknown>>): number {
  const above = schema['exclusiveMinimum'];
  if (typeof above === 'number') return above + 1;
  return atLeast(schema['minimum']);
}

const atLeast = (value: unknown): number => (typeof value === 'number' ? value : 0);

const lengthMax = (schema: Readonly<Record<string, unknown>>): number =>
  typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Number.POSITIVE_INFINITY;
