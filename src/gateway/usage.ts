import type { Usage } from '../queue/index.ts';

const KEY = '"usage"';
/** Longest usage object looked at; it holds a dozen numbers. */
const USAGE_CHARACTERS_MAX = 4096;

/**
 * Finds the last `"usage": {…}` in JSON text, or in events that carry JSON, without parsing the rest. A user's text
 * cannot be mistaken for it: quotes inside a JSON string are escaped.
 */
export function findUsage(bytes: Buffer): Usage | undefined {
  const at = bytes.lastIndexOf(KEY) + KEY.length;
  if (at < KEY.length) return undefined;
  const text = bytes.toString('latin1', at, at + USAGE_CHARACTERS_MAX);
  const object = /^\s*:\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/.exec(text)?.[1];
  return object === undefined ? undefined : readUsage(object);
}

/** The fields of OpenAI's usage object that are counted; an engine may send `null` or nothing. */
interface UsageObject {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
}

function readUsage(object: string): Usage | undefined {
  try {
    const usage: UsageObject = JSON.parse(object);
    return {
      prompt: tokens(usage.prompt_tokens),
      completion: tokens(usage.completion_tokens),
      cached: tokens(usage.prompt_tokens_details?.cached_tokens),
    };
  } catch {
    return undefined; // not an engine's usage object; the reply itself passes as it is
  }
}

function tokens(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
