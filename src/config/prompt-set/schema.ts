import { z } from 'zod';
import { duration, milliseconds } from '../duration.ts';
import { checksSchema, readChecks, type Checks, type WrittenChecks } from './checks.ts';

/** Most prompts of a set, and most requests that they come to with their repetitions. */
const PROMPTS_MAX = 200;
const REQUESTS_MAX = 500;
const REPEAT_MAX = 50;

/** Most requests of a set at one engine at once: it is no load test. */
const CONCURRENCY_MAX = 4;

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a name is 1-40 of a-z, 0-9, "_" and "-", starting with a letter');
const ratio = z.number().min(0).max(1);

/** Fields of a request that have a key of their own here, or that the program sets. */
const OWN_FIELDS: Readonly<Record<string, string>> = {
  model: 'the pool that is asked is named there',
  messages: 'use the key messages of the prompt',
  prompt: 'use the key prompt',
  tools: 'use the key tools of the prompt',
  stream: 'answers are read whole',
  stream_options: 'answers are read whole',
  n: 'use repeat',
};

const params = z.record(z.string(), z.json()).superRefine((fields, context) => {
  for (const key of Object.keys(fields))
    if (Object.hasOwn(OWN_FIELDS, key))
      context.addIssue({ code: 'custom', path: [key], message: `"${key}" is not for params: ${OWN_FIELDS[key]}` });
});

const tool = z.strictObject({
  type: z.literal('function').default('function'),
  function: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a function is 1-64 of letters, digits, "_" and "-"'),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.json()).optional(),
    strict: z.boolean().optional(),
  }),
});

const message = z.looseObject({ role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']) });

const prompt = z
  .strictObject({
    name,
    messages: z.array(message).min(1).max(256).optional().meta({ description: 'Asked of /v1/chat/completions.' }),
    prompt: z.string().min(1).optional().meta({ description: 'Asked of /v1/completions, in place of messages.' }),
    tools: z.array(tool).min(1).max(64).optional(),
    params: params.default({}).meta({ description: 'Other fields of the request, over those of the set.' }),
    checks: checksSchema.default({}),
    repeat: z.int().min(1).max(REPEAT_MAX).default(1).meta({ description: 'How often it is asked.' }),
    min_pass_ratio: ratio.default(1).meta({ description: 'Share of its repetitions that must pass.' }),
    required: z.boolean().default(false).meta({
      description: 'true: the set fails without it, whatever min_pass_ratio of the set says.',
    }),
    needs: z
      .array(z.enum(['tool_call_parser']))
      .default([])
      .meta({
        description: 'What a pool must have for this to be asked; left out where it has not.',
      }),
  })
  .superRefine((it, context) => {
    if ((it.messages === undefined) === (it.prompt === undefined))
      context.addIssue({ code: 'custom', path: ['name'], message: 'a prompt has either messages or a prompt' });
    if (it.tools !== undefined && it.messages === undefined)
      context.addIssue({ code: 'custom', path: ['tools'], message: 'tools go with messages' });
  });

/** A file of prompts, key by key. */
export const promptSetSchema = z
  .strictObject({
    name,
    min_pass_ratio: ratio.default(1).meta({ description: 'Share of the prompts that must pass.' }),
    concurrency: z.int().min(1).max(CONCURRENCY_MAX).default(2),
    prompt_timeout_s: duration().default(60).meta({ description: 'For one answer.' }),
    timeout_s: duration().default(300).meta({ description: 'For all of them.' }),
    params: params.default({}).meta({ description: 'Fields that every request has.' }),
    checks: checksSchema.default({}).meta({ description: 'What is asked of every answer.' }),
    prompts: z.array(prompt).min(1).max(PROMPTS_MAX),
  })
  .superRefine(({ prompts }, context) => {
    prompts.forEach((it, index) => {
      if (prompts.findIndex((other) => other.name === it.name) < index)
        context.addIssue({
          code: 'custom',
          path: ['prompts', index, 'name'],
          message: `duplicate prompt "${it.name}"`,
        });
    });
    const requests = prompts.reduce((sum, it) => sum + it.repeat, 0);
    if (requests > REQUESTS_MAX)
      context.addIssue({ code: 'custom', path: ['prompts'], message: `${requests} requests, ${REQUESTS_MAX} at most` });
  })
  .transform((set): PromptSet => ({
    name: set.name,
    minPassRatio: set.min_pass_ratio,
    concurrency: set.concurrency,
    promptTimeoutMs: milliseconds(set.prompt_timeout_s),
    timeoutMs: milliseconds(set.timeout_s),
    prompts: set.prompts.map((it) => readPrompt(it, set)),
  }));

/** One prompt with what is asked of its answers. */
export interface Prompt {
  readonly name: string;
  readonly path: '/v1/chat/completions' | '/v1/completions';
  /** The request's fields but for `model`. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly checks: Checks;
  /** How often it is asked. ≥ 1. */
  readonly repeat: number;
  /** Share of its repetitions that must pass, 0..1. */
  readonly minPassRatio: number;
  /** The set fails without it. */
  readonly required: boolean;
  readonly needs: readonly 'tool_call_parser'[];
}

/** Prompts by which an engine is judged, and when it has passed. */
export interface PromptSet {
  readonly name: string;
  /** Share of the prompts that must pass, 0..1. */
  readonly minPassRatio: number;
  /** Requests at once, 1..4. */
  readonly concurrency: number;
  /** For one answer. */
  readonly promptTimeoutMs: number;
  /** For all of them. */
  readonly timeoutMs: number;
  readonly prompts: readonly Prompt[];
}

interface Defaults {
  readonly params: Readonly<Record<string, unknown>>;
  readonly checks: WrittenChecks;
}

function readPrompt(it: z.output<typeof prompt>, defaults: Defaults): Prompt {
  const asked = it.messages === undefined ? { prompt: it.prompt } : { messages: it.messages };
  const tools = it.tools === undefined ? {} : { tools: it.tools };
  return {
    name: it.name,
    path: it.messages === undefined ? '/v1/completions' : '/v1/chat/completions',
    fields: { ...defaults.params, ...it.params, ...asked, ...tools },
    checks: readChecks({ ...defaults.checks, ...it.checks }),
    repeat: it.repeat,
    minPassRatio: it.min_pass_ratio,
    required: it.required,
    needs: it.needs,
  };
}
