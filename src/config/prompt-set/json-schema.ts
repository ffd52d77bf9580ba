import { z } from 'zod';

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;

/** The part of JSON schema that answers are held to; keywords mean what draft 2020-12 says. Others are refused, not ignored. */
export interface AnswerSchema {
  readonly type?: JsonType | readonly JsonType[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, AnswerSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  /** `false`: no others. */
  readonly additionalProperties?: boolean | AnswerSchema | undefined;
  readonly items?: AnswerSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly anyOf?: readonly AnswerSchema[] | undefined;
  readonly allOf?: readonly AnswerSchema[] | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

export type JsonType = (typeof TYPES)[number];

const count = z.int().min(0).optional();
const bound = z.number().optional();

/** One schema; nested ones are the same. */
export const answerSchema: z.ZodType<AnswerSchema> = z.lazy(() =>
  z.strictObject({
    type: z.union([z.enum(TYPES), z.array(z.enum(TYPES)).min(1)]).optional(),
    enum: z.array(z.json()).min(1).max(256).optional(),
    const: z.json().optional(),
    properties: z.record(z.string(), answerSchema).optional(),
    required: z.array(z.string()).max(256).optional(),
    additionalProperties: z.union([z.boolean(), answerSchema]).optional(),
    items: answerSchema.optional(),
    minItems: count,
    maxItems: count,
    minLength: count,
    maxLength: count,
    minimum: bound,
    maximum: bound,
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    anyOf: z.array(answerSchema).min(1).max(32).optional(),
    allOf: z.array(answerSchema).min(1).max(32).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
  }),
);
