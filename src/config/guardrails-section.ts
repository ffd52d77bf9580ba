import { z } from 'zod';
import { duration, milliseconds } from './duration.ts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { extentOf, PATTERN_PLACES_MAX, type Pattern } from './pattern/pattern.ts';
import { wordPattern } from './pattern/word-pattern.ts';

/** Most rules: each of them costs a look at every character. */
const RULES_MAX = 64;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name is 1-40 of a-z, 0-9 and "-", starting with a letter');
const names = z.array(z.string().min(1)).min(1).max(256).optional();

/** Where something holds: everywhere, unless it names pools or tenants. */
const scope = {
  pools: names.meta({ description: 'Pools that it holds for. Default: all.' }),
  tenants: names.meta({ description: 'Tenants that it holds for. Default: all.' }),
};

const rule = z
  .strictObject({
    name,
    pattern: z.string().min(1).max(4096).optional().meta({
      description: 'A regular expression whose longest match is bounded: no *, +, {n,}, anchors or look-around.',
    }),
    words: z.array(z.string().min(1).max(128)).min(1).max(1000).optional().meta({
      description: 'Words or phrases, in place of a pattern.',
    }),
    ignore_case: z.boolean().optional().meta({ description: 'Default: true for words, false for a pattern.' }),
    whole_words: z.boolean().optional().meta({ description: 'Default: true for words, false for a pattern.' }),
    action: z.enum(['refuse', 'redact', 'flag']).meta({ description: 'flag: counted and logged, without the text.' }),
    applies_to: z
      .array(z.enum(['request', 'response']))
      .min(1)
      .max(2)
      .default(['request', 'response']),
    replacement: z
      .string()
      .max(64)
      .default('[redacted]')
      .meta({ description: 'What stands in place of what redact found.' }),
    ...scope,
  })
  .transform((it, context) => {
    const pattern = patternOf(it, (path, message) => context.addIssue({ code: 'custom', path: [path], message }));
    const isList = it.words !== undefined;
    return {
      name: it.name,
      pattern,
      ignoreCase: it.ignore_case ?? isList,
      wholeWords: it.whole_words ?? isList,
      action: it.action,
      onRequest: it.applies_to.includes('request'),
      onResponse: it.applies_to.includes('response'),
      replacement: it.replacement,
      pools: it.pools,
      tenants: it.tenants,
    };
  });

const NOTHING: Pattern = { is: 'choice', parts: [] };

interface Source {
  readonly pattern?: string | undefined;
  readonly words?: readonly string[] | undefined;
}

function patternOf({ pattern, words }: Source, complain: (path: string, message: string) => void): Pattern {
  if (words !== undefined && pattern === undefined) {
    const found = wordPattern(words);
    if (extentOf(found).places <= PATTERN_PLACES_MAX) return found;
    complain('words', `the words come to more than ${PATTERN_PLACES_MAX} characters; make two rules of them`);
    return NOTHING;
  }
  if (pattern === undefined || words !== undefined) {
    complain('pattern', 'a rule has a pattern or words');
    return NOTHING;
  }
  const read = parsePattern(pattern);
  if (read.ok) return read.pattern;
  complain('pattern', `this pattern is not taken: ${read.problem}`);
  return NOTHING;
}

const hook = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/[^\s@]+$/, 'a url is http://HOST:PORT/PATH, without a password')
      .refine((it) => URL.canParse(it), 'a url is http://HOST:PORT/PATH')
      .meta({ description: "Gets the request's texts as OpenAI's moderations endpoint does." }),
    timeout_s: duration().default(2),
    on_failure: z.enum(['refuse', 'pass']).default('refuse').meta({
      description: 'What becomes of a request that could not be checked: refuse (fail closed) or pass (fail open).',
    }),
    max_in_flight: z
      .int()
      .min(1)
      .max(10_000)
      .default(64)
      .meta({ description: 'Checks at once; more count as failed.' }),
    max_text_bytes: z.int().min(1024).max(67_108_864).default(1_048_576).meta({
      description: 'Longest request that it is asked about; a longer one counts as failed.',
    }),
    ...scope,
  })
  .transform((it) => ({
    url: it.url,
    timeoutMs: milliseconds(it.timeout_s),
    onFailure: it.on_failure,
    inFlightMax: it.max_in_flight,
    textBytesMax: it.max_text_bytes,
    pools: it.pools,
    tenants: it.tenants,
  }));

/** Filters of what goes in and comes out. Without rules and hook there are none, and they cost nothing. */
export const guardrailsSchema = z
  .strictObject({ rules: z.array(rule).max(RULES_MAX).default([]), hook: hook.optional() })
  .prefault({});

/** One rule, its pattern taken apart. */
export type GuardrailRule = z.output<typeof rule>;
export type GuardrailHook = z.output<typeof hook>;
export type GuardrailsConfig = z.output<typeof guardrailsSchema>;

/** Names that the section has twice, and pools that the file does not have. */
export function brokenGuardrails(
  { rules, hook: asked }: GuardrailsConfig,
  pools: readonly string[],
): readonly Broken[] {
  const known = pools.join(', ');
  const unknown = (named: readonly string[] | undefined, path: readonly (string | number)[]): Broken[] =>
    (named ?? []).flatMap((pool, index) =>
      pools.includes(pool)
        ? []
        : [{ path: [...path, 'pools', index], message: `unknown pool "${pool}"; pools are: ${known}` }],
    );
  return [
    ...rules.flatMap((it, index) => [
      ...(rules.findIndex((other) => other.name === it.name) < index
        ? [{ path: ['guardrails', 'rules', index, 'name'], message: `duplicate rule "${it.name}"` }]
        : []),
      ...unknown(it.pools, ['guardrails', 'rules', index]),
    ]),
    ...unknown(asked?.pools, ['guardrails', 'hook']),
  ];
}

interface Broken {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
