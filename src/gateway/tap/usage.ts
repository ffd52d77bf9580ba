import type { Usage } from '../../queue/index.ts';
import { parseObject } from '../body/json.ts';

const KEY = Buffer.from('"usage"');
/** Longest usage object looked at; it holds a dozen numbers. */
const USAGE_CHARACTERS_MAX = 4096;
/** A reply may hold others of the name: a tool's parameter, a part of the client's own metadata. */
const LOOKS_MAX = 8;

/**
 * Finds the last `"usage": {…}` in JSON text, or in events that carry JSON, without parsing the rest. A user's text
 * cannot be mistaken for it: quotes inside a JSON string are escaped.
 */
export function findUsage(bytes: Buffer): Usage | undefined {
  let at = bytes.lastIndexOf(KEY);
  for (let looks = 0; at !== -1 && looks < LOOKS_MAX; looks += 1) {
    const usage = usageAt(bytes, at + KEY.length);
    if (usage !== undefined) return usage;
    at = at === 0 ? -1 : bytes.lastIndexOf(KEY, at - 1);
  }
  return undefined;
}

function usageAt(bytes: Buffer, at: number): Usage | undefined {
  const text = bytes.toString('latin1', at, at + USAGE_CHARACTERS_MAX);
  const object = /^\s*:\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/.exec(text)?.[1];
  return object === undefined ? undefined : readUsage(object);
}

/** The fields that are counted, of OpenAI's completions, its Responses and Anthropic's messages; any may be `null`. */
interface UsageObject {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
}

function readUsage(object: string): Usage | undefined {
  const usage = parseObject<UsageObject>(object) ?? {};
  if (typeof usage.prompt_tokens === 'number') return ofCompletions(usage);
  return typeof usage.input_tokens === 'number' ? ofOthers(usage) : undefined;
}

function ofCompletions(usage: UsageObject): Usage {
  return {
    prompt: tokens(usage.prompt_tokens),
    completion: tokens(usage.completion_tokens),
    cached: tokens(usage.prompt_tokens_details?.cached_tokens),
  };
}

/** Anthropic's `input_tokens` are those that no cache had a part in; OpenAI's are all. */
function ofOthers(usage: UsageObject): Usage {
  const read = tokens(usage.cache_read_input_tokens);
  return {
    prompt: tokens(usage.input_tokens) + read + tokens(usage.cache_creation_input_tokens),
    completion: tokens(usage.output_tokens),
    cached: read + tokens(usage.input_tokens_details?.cached_tokens),
  };
}

function tokens(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
