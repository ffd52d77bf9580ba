import { isRecord, recordsOf, type JsonRecord } from '../../body/json.ts';
import type { Scan } from '../scan/scanner.ts';
import type { AnswerFilter, InPlace } from './answer-filter.ts';
import { createChannels } from './channels.ts';
import { filterWhole } from './walk-answer.ts';

/** The text of each kind of delta (Claude API reference, "Streaming messages"). */
const DELTA_TEXTS: Readonly<Record<string, { readonly key: string; readonly form: 'plain' | 'json' }>> = {
  text_delta: { key: 'text', form: 'plain' },
  thinking_delta: { key: 'thinking', form: 'plain' },
  input_json_delta: { key: 'partial_json', form: 'json' },
};

/** Filters Anthropic's messages. One that a rule refuses ends with `stop_reason: refusal`. */
export function messagesFilter(scan: Scan): AnswerFilter {
  const channels = createChannels(scan);
  /** The last delta of each block, so that what was held of it can follow. */
  const lastDeltas = new Map<unknown, JsonRecord>();
  let deltas = 0;

  const refused = (event: JsonRecord, before: readonly JsonRecord[]): InPlace => {
    const { index } = event;
    const delta = { stop_reason: 'refusal', stop_sequence: null };
    const end = [
      { type: 'content_block_stop', index },
      { type: 'message_delta', delta, usage: { output_tokens: deltas } },
      { type: 'message_stop' },
    ];
    return { events: [...before, ...end], isOver: true };
  };
  const filterDelta = (event: JsonRecord): InPlace => {
    const { index, delta } = event;
    const text = isRecord(delta) ? DELTA_TEXTS[String(delta['type'])] : undefined;
    if (!isRecord(delta) || text === undefined) return undefined;
    deltas += 1;
    const piece = String(delta[text.key]);
    const filtered = channels.push(String(index), text.form, piece);
    lastDeltas.set(index, event);
    const shown = { ...event, delta: { ...delta, [text.key]: filtered } };
    if (channels.isRefused()) return refused(event, [shown]);
    return filtered === piece ? undefined : { events: [shown], isOver: false };
  };
  const filterStop = (event: JsonRecord): InPlace => {
    const rest = channels.end(String(event['index']));
    const last = lastDeltas.get(event['index']);
    lastDeltas.delete(event['index']);
    const text = isRecord(last?.['delta']) ? DELTA_TEXTS[String(last['delta']['type'])] : undefined;
    const shown =
      rest === '' || !isRecord(last?.['delta']) || text === undefined
        ? []
        : [{ ...last, delta: { ...last['delta'], [text.key]: rest } }];
    if (channels.isRefused()) return refused(event, shown);
    return shown.length === 0 ? undefined : { events: [...shown, event], isOver: false };
  };

  return {
    event(event) {
      if (event['type'] === 'content_block_delta') return filterDelta(event);
      if (event['type'] === 'content_block_stop') return filterStop(event);
      const isBlock = event['type'] === 'content_block_start';
      if (!isBlock || !filterWhole(event['content_block'], channels)) return undefined;
      return channels.isRefused() ? refused(event, [event]) : { events: [event], isOver: false };
    },
    document(answer) {
      const blocks = recordsOf(answer['content']);
      if (blocks.length === 0) return filterWhole(answer, channels); // count_tokens has none
      const kept = blocks.filter((block) => !channels.isRefused() && (filterWhole(block, channels), true));
      if (!channels.isRefused()) return true;
      Object.assign(answer, { content: kept, stop_reason: 'refusal', stop_sequence: null });
      return true;
    },
    closing: '',
  };
}
