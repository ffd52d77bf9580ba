import { isRecord, recordsOf, type JsonRecord } from '../../body/json.ts';
import type { Scan } from '../scan/scanner.ts';
import type { AnswerFilter, InPlace } from './answer-filter.ts';
import { createChannels } from './channels.ts';
import { filterWhole } from './walk-answer.ts';

const DELTA = '.delta';
const DONE = '.done';
/** Of `response.function_call_arguments.delta` and the like. */
const ARGUMENTS = 'arguments';

/**
 * Filters OpenAI's Responses. What is held of a text goes out before the event that has it whole; events after it are
 * numbered anew. One that a rule refuses ends incomplete, for `content_filter`.
 */
export function responsesFilter(scan: Scan): AnswerFilter {
  const channels = createChannels(scan);
  const lastDeltas = new Map<string, JsonRecord>();
  let response: JsonRecord = {};
  let added = 0;

  const numbered = (event: JsonRecord): JsonRecord => {
    const { sequence_number: number } = event;
    return typeof number === 'number' ? { ...event, sequence_number: number + added } : event;
  };
  const after = (event: JsonRecord, shown: readonly JsonRecord[], changed: boolean): InPlace => {
    if (channels.isRefused()) {
      const incomplete = { type: 'response.incomplete', response: cutShort(response) };
      added += shown.length;
      const { sequence_number } = event;
      return { events: [...shown, numbered({ ...incomplete, sequence_number })], isOver: true };
    }
    return changed || added > 0 ? { events: shown, isOver: false } : undefined;
  };
  const filterDelta = (event: JsonRecord, piece: string): InPlace => {
    const name = textName(event, DELTA);
    const filtered = channels.push(name, name.includes(ARGUMENTS) ? 'json' : 'plain', piece);
    lastDeltas.set(name, event);
    return after(event, [numbered({ ...event, delta: filtered })], filtered !== piece);
  };
  const filterDone = (event: JsonRecord): InPlace => {
    const name = textName(event, DONE);
    const rest = channels.end(name);
    const last = lastDeltas.get(name);
    lastDeltas.delete(name);
    const { sequence_number } = event;
    const shown = rest === '' || last === undefined ? [] : [numbered({ ...last, sequence_number, delta: rest })];
    added += shown.length;
    const changed = !channels.isRefused() && filterWhole(event, channels);
    if (channels.isRefused()) return after(event, shown, true);
    return after(event, [...shown, numbered(event)], changed || shown.length > 0);
  };

  return {
    event(event) {
      const { type, delta } = event;
      if (isRecord(event['response'])) response = event['response'];
      if (typeof type === 'string' && type.endsWith(DELTA) && typeof delta === 'string')
        return filterDelta(event, delta);
      if (typeof type === 'string' && type.endsWith(DONE)) return filterDone(event);
      const changed = filterWhole(event, channels);
      return after(event, channels.isRefused() ? [] : [numbered(event)], changed);
    },
    document(answer) {
      const kept = recordsOf(answer['output']).filter(
        (item) => !channels.isRefused() && (filterWhole(item, channels), true),
      );
      if (channels.isRefused()) Object.assign(answer, { ...cutShort(answer), output: kept });
      return true;
    },
    closing: '',
  };
}

/** Names a text by its kind and place, the same for its deltas and for its end. */
function textName(event: JsonRecord, ending: string): string {
  const { type, item_id, output_index, content_index, summary_index } = event;
  return [String(type).slice(0, -ending.length), item_id, output_index, content_index, summary_index].join('/');
}

function cutShort(response: JsonRecord): JsonRecord {
  return { ...response, status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] };
}
