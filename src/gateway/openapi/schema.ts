/** JSON Schema 2020-12, which OpenAPI 3.1 uses, as far as it is used here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Schemas;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly contentMediaType?: string;
  readonly contentSchema?: Schema;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** An object that has `required` of these members, and may have others: what engines add is not known here. */
export function object(properties: Schemas, required: readonly string[] = [], description?: string): Schema {
  return { type: 'object', ...(description === undefined ? {} : { description }), properties, required };
}

export function list(items: Schema, minItems = 0): Schema {
  return minItems === 0 ? { type: 'array', items } : { type: 'array', items, minItems };
}

export function either(...anyOf: readonly Schema[]): Schema {
  return { anyOf };
}

export function orNull(schema: Schema): Schema {
  return either(schema, { type: 'null' });
}

/** A schema of the document's own. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export const TEXT: Schema = { type: 'string' };
export const NUMBER: Schema = { type: 'number' };
export const FLAG: Schema = { type: 'boolean' };
export const WHOLE: Schema = { type: 'integer' };
/** How many there are. */
export const COUNT: Schema = { type: 'integer', minimum: 0 };
/** At least one. */
export const SOME: Schema = { type: 'integer', minimum: 1 };
/** Any object. */
export const RECORD: Schema = { type: 'object' };
