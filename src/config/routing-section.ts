import { z } from 'zod';

const tokens = (fallback: number) => z.int().min(0).max(10_000_000).default(fallback);

/** How a pool is chosen where the client leaves it open, and which one steps in for another. */
export const routingSchema = z
  .strictObject({
    light: z.string().min(1).default('light').meta({ description: 'The pool of requests that `auto` finds light.' }),
    heavy: z.string().min(1).default('heavy').meta({ description: 'The pool of those that it finds heavy.' }),
    light_tokens_max: tokens(1500).meta({
      description: 'Heaviest request that is still light: prompt tokens, estimated, and what its signs add.',
    }),
    tools_tokens: tokens(1500).meta({ description: 'What tools add.' }),
    structured_output_tokens: tokens(300).meta({ description: 'What a form of the answer adds: JSON, a schema.' }),
    turn_tokens: tokens(50).meta({ description: 'What each turn of the user after the first adds.' }),
    effort_tokens: tokens(3000).meta({ description: 'What a high effort adds and a low one takes away.' }),
    fallback: z.record(z.string(), z.string().min(1)).default({}).meta({
      description: 'By pool, the one that steps in while it cannot serve; for tenants with `fallback: true`.',
    }),
  })
  .prefault({})
  .transform((it) => ({
    light: it.light,
    heavy: it.heavy,
    weights: {
      lightTokensMax: it.light_tokens_max,
      toolsTokens: it.tools_tokens,
      structuredOutputTokens: it.structured_output_tokens,
      turnTokens: it.turn_tokens,
      effortTokens: it.effort_tokens,
    },
    fallback: it.fallback,
  }));

/** Pools that the section names and the file does not have. The two defaults need not exist. */
export function unknownRoutingPools(
  routing: z.output<typeof routingSchema>,
  pools: readonly string[],
): readonly UnknownPool[] {
  const known = pools.join(', ');
  const check = (pool: string, path: readonly string[]): UnknownPool[] =>
    pools.includes(pool)
      ? []
      : [{ path: ['routing', ...path], message: `unknown pool "${pool}"; pools are: ${known}` }];
  return [
    ...(routing.light === 'light' ? [] : check(routing.light, ['light'])),
    ...(routing.heavy === 'heavy' ? [] : check(routing.heavy, ['heavy'])),
    ...Object.entries(routing.fallback).flatMap(([from, to]) => [
      ...check(from, ['fallback', from]),
      ...(from === to
        ? [{ path: ['routing', 'fallback', from], message: `pool "${from}" cannot step in for itself` }]
        : check(to, ['fallback', from])),
    ]),
  ];
}

interface UnknownPool {
  readonly path: readonly string[];
  readonly message: string;
}
