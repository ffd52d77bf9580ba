import { isRecord } from '../../body/json.ts';
import type { Channels } from './channels.ts';

/** Members whose strings a person reads, in whatever API. */
const TEXTS: ReadonlySet<string> = new Set([
  'content',
  'text',
  'reasoning',
  'reasoning_content',
  'refusal',
  'thinking',
  'prompt',
]);
/** Those whose strings are JSON. */
const JSON_TEXTS: ReadonlySet<string> = new Set(['arguments', 'partial_json']);
/** Those whose strings, at any depth, are the arguments of a tool call. */
const ARGUMENTS = 'input';

/** Filters every text of a part of an answer that is whole, in place. Says whether any changed. */
export function filterWhole(part: unknown, channels: Channels): boolean {
  let changed = false;
  let count = 0;
  const filter = (text: string, form: 'plain' | 'json') => {
    const name = `whole-${(count += 1)}`;
    const filtered = channels.push(name, form, text) + channels.end(name);
    changed ||= filtered !== text;
    return filtered;
  };
  const walk = (key: string, value: unknown, inArguments: boolean): unknown => {
    if (typeof value === 'string') {
      if (inArguments || TEXTS.has(key)) return filter(value, 'plain');
      return JSON_TEXTS.has(key) ? filter(value, 'json') : value;
    }
    const below = inArguments || key === ARGUMENTS;
    if (Array.isArray(value)) value.forEach((it, index) => (value[index] = walk(key, it, below)));
    else if (isRecord(value)) for (const [name, it] of Object.entries(value)) value[name] = walk(name, it, below);
    return value;
  };
  walk('', part, false);
  return changed;
}
