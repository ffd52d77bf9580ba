import { isRecord, recordsOf, type JsonRecord } from '../../body/json.ts';
import type { Scan } from '../scan/scanner.ts';
import type { AnswerFilter } from './answer-filter.ts';
import { createChannels, type Channels } from './channels.ts';
import { filterWhole } from './walk-answer.ts';

/** Texts of a message, and of its deltas. */
const MESSAGE_TEXTS = ['content', 'reasoning', 'reasoning_content', 'refusal'];
const TOOL = 'tool-';

/**
 * Filters chat and text completions. What is held of a choice goes out with the chunk that ends it. One that a rule
 * refuses ends there with `finish_reason: content_filter`; when all `choices` have, so does the stream.
 */
export function completionsFilter(scan: Scan, choices: number): AnswerFilter {
  const open = new Map<number, Channels>();
  let refused = 0;
  const channelsOf = ({ index }: JsonRecord): Channels => {
    const number = typeof index === 'number' ? index : 0;
    const channels = open.get(number) ?? createChannels(scan);
    open.set(number, channels);
    return channels;
  };

  return {
    event(chunk) {
      let changed = false;
      const kept = recordsOf(chunk['choices']).filter((choice) => {
        const channels = channelsOf(choice);
        if (channels.isRefused()) return !(changed = true);
        if (filterChoice(choice, choice['delta'], channels)) changed = true;
        if (channels.isRefused()) refused += 1;
        return true;
      });
      if (!changed) return undefined;
      const isEmpty = kept.length === 0 && !isRecord(chunk['usage']);
      return { events: isEmpty ? [] : [{ ...chunk, choices: kept }], isOver: refused >= choices };
    },
    document(answer) {
      const all = recordsOf(answer['choices']);
      if (all.length === 0) return filterWhole(answer, createChannels(scan)); // of an API that has no choices
      return all.map((choice) => filterChoice(choice, choice['message'], createChannels(scan))).includes(true);
    },
    closing: 'data: [DONE]\n\n',
  };
}

/** Filters what a chunk or an answer adds to one choice. Says whether anything changed. */
function filterChoice(choice: JsonRecord, message: unknown, channels: Channels): boolean {
  const holder = isRecord(message) ? message : {};
  let changed = filterText(choice, 'text', channels);
  for (const name of MESSAGE_TEXTS) if (filterText(holder, name, channels)) changed = true;
  recordsOf(holder['tool_calls']).forEach((call, at) => {
    const { function: called } = call;
    if (isRecord(called) && filterText(called, 'arguments', channels, toolName(call, at))) changed = true;
  });
  if (choice['finish_reason'] !== null && choice['finish_reason'] !== undefined) {
    for (const name of channels.names()) if (addRest(choice, holder, name, channels.end(name))) changed = true;
  }
  if (!channels.isRefused()) return changed;
  choice['finish_reason'] = 'content_filter';
  if ('stop_reason' in choice) choice['stop_reason'] = null;
  return true;
}

const toolName = ({ index }: JsonRecord, at: number): string => `${TOOL}${typeof index === 'number' ? index : at}`;

function filterText(holder: JsonRecord, key: string, channels: Channels, name = key): boolean {
  const piece = holder[key];
  if (typeof piece !== 'string') return false;
  const filtered = channels.push(name, key === 'arguments' ? 'json' : 'plain', piece);
  holder[key] = filtered;
  return filtered !== piece;
}

/** What was held goes out where the text belongs. */
function addRest(choice: JsonRecord, holder: JsonRecord, name: string, rest: string): boolean {
  if (rest === '') return false;
  if (name === 'text') choice['text'] = `${textOf(choice['text'])}${rest}`;
  else if (name.startsWith(TOOL)) addArguments(holder, Number(name.slice(TOOL.length)), rest);
  else holder[name] = `${textOf(holder[name])}${rest}`;
  return true;
}

function addArguments(holder: JsonRecord, index: number, rest: string): void {
  const calls = recordsOf(holder['tool_calls']);
  const called = calls.find((call, at) => toolName(call, at) === `${TOOL}${index}`)?.['function'];
  if (isRecord(called)) called['arguments'] = `${textOf(called['arguments'])}${rest}`;
  else holder['tool_calls'] = [...calls, { index, function: { arguments: rest } }];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
