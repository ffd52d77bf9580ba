import type { RequestSize, Usage } from '../ticket.ts';
import { emptyHistory, outputTokensOf, remember, type History } from './history.ts';

/** What a request will probably use. Whole tokens. */
export interface Estimate {
  readonly promptTokens: number;
  /** Of all its answers. */
  readonly outputTokens: number;
}

/** What the requests of one pool used lately, by tenant. Bounded. */
export interface Estimates {
  /** Least recently learnt of first. */
  readonly tenants: Map<string, History>;
  /** Of all tenants together: stands in for one that is not known well enough. */
  readonly pool: History;
}

/** Most tenants remembered; about 1 kB each. */
export const TENANTS_MAX = 4096;
/** Expected length of an answer while nothing was learnt. Tokens. */
const OUTPUT_TOKENS_DEFAULT = 1024;
/** Answers from which on a tenant is judged by its own. */
const ANSWERS_ENOUGH = 4;
/** OpenAI's own limit on `n`; a larger one is the engine's to refuse and must not distort the line before that. */
const CHOICES_COUNTED_MAX = 128;

export const createEstimates = (): Estimates => ({ tenants: new Map(), pool: emptyHistory() });

/**
 * Guesses what a request will use, from its size and from what its tenant's used lately. Worth asking again when it is
 * claimed: what has ended while it waited may have taught better.
 */
export function estimate(estimates: Estimates, tenant: string, size: RequestSize): Estimate {
  const own = estimates.tenants.get(tenant);
  const history = own !== undefined && own.count >= ANSWERS_ENOUGH ? own : estimates.pool;
  const context = size.contextTokens ?? Number.MAX_SAFE_INTEGER;
  const promptTokens = Math.min(Math.ceil(size.promptTokens * history.promptRatio), context);
  const longest = Math.min(size.outputTokensMax ?? Number.MAX_SAFE_INTEGER, context - promptTokens);
  const likely = Math.max(outputTokensOf(history) ?? OUTPUT_TOKENS_DEFAULT, size.outputTokensMin ?? 0);
  const answer = Math.min(likely, Math.max(longest, 0));
  return { promptTokens, outputTokens: answer * choicesOf(size) };
}

/**
 * Takes in what a request of that size used that ran to its end: what was cut short tells too little. A prompt of 0 is
 * one that nobody counted.
 */
export function learn(
  estimates: Estimates,
  tenant: string,
  size: Pick<RequestSize, 'promptTokens' | 'choices'>,
  usage: Usage,
): void {
  const { tenants, pool } = estimates;
  const promptRatio = usage.prompt === 0 ? undefined : usage.prompt / Math.max(size.promptTokens, 1);
  const answer = Math.ceil(usage.completion / choicesOf(size));
  const own = tenants.get(tenant) ?? emptyHistory();
  remember(own, promptRatio, answer);
  remember(pool, promptRatio, answer);
  tenants.delete(tenant);
  tenants.set(tenant, own);
  if (tenants.size <= TENANTS_MAX) return;
  for (const oldest of tenants.keys()) {
    tenants.delete(oldest);
    return;
  }
}

/** What a running request will probably use, now that so much of it is known. */
export function corrected(guess: Estimate, sofar: Usage): Estimate {
  return {
    promptTokens: sofar.prompt || guess.promptTokens,
    outputTokens: Math.max(guess.outputTokens, sofar.completion),
  };
}

/** Room that it takes in a KV cache at its end. Whole tokens, at least 1. */
export function kvTokens({ promptTokens, outputTokens }: Estimate): number {
  return Math.max(1, Math.ceil(promptTokens + outputTokens));
}

/** Work that it is for an engine: a token written costs about twice a token read (VTC, arXiv 2401.00588). */
export const serviceTokens = ({ promptTokens, outputTokens }: Estimate): number => promptTokens + 2 * outputTokens;

/** Work that it was: what the prefix cache had cost nothing. */
export const serviceOf = ({ prompt, completion, cached }: Usage): number =>
  Math.max(0, prompt - cached) + 2 * completion;

const choicesOf = ({ choices }: Pick<RequestSize, 'choices'>): number =>
  Math.min(Math.max(Math.trunc(choices), 1), CHOICES_COUNTED_MAX);
