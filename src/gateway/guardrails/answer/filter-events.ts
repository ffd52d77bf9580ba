import type { Dialect } from '../../dialects/dialect.ts';
import { eachEvent } from '../../dialects/events.ts';
import { MESSAGES } from '../../dialects/messages.ts';
import { RESPONSES } from '../../dialects/responses.ts';
import { parseObject, type JsonRecord } from '../../body/json.ts';
import type { Scan } from '../scan/scanner.ts';
import type { AnswerFilter } from './answer-filter.ts';
import { completionsFilter } from './completions.ts';
import { messagesFilter } from './messages.ts';
import { responsesFilter } from './responses.ts';

/** The filter of an answer by how its API tells of it. `choices` is how many answers one request asks for. */
export function filterFor(dialect: Dialect, scan: Scan, choices: number): AnswerFilter {
  if (dialect === MESSAGES) return messagesFilter(scan);
  if (dialect === RESPONSES) return responsesFilter(scan);
  return completionsFilter(scan, choices);
}

/** Events on their way to a client. */
export interface EventsFilter {
  /** Whole events; those that no rule touches come out as they came. */
  push(events: Buffer): Buffer;
  /** A rule ended the stream: its last event is out. */
  isOver(): boolean;
}

/** Filters the events of one stream. */
export function createEventsFilter(filter: AnswerFilter): EventsFilter {
  let isOver = false;

  const filtered = (event: Buffer, data: string): Buffer => {
    const parsed = parseObject(data); // `[DONE]` and comments are none
    const inPlace = parsed === undefined ? undefined : filter.event(parsed);
    if (inPlace === undefined) return event;
    isOver = inPlace.isOver;
    return Buffer.from(inPlace.events.map(written).join('') + (isOver ? filter.closing : ''));
  };

  return {
    push(events) {
      const pieces: Buffer[] = [];
      if (events.length > 0)
        for (const { start, end, data } of eachEvent(events)) {
          if (!isOver) pieces.push(filtered(events.subarray(start, end), data));
        }
      return Buffer.concat(pieces);
    },
    isOver: () => isOver,
  };
}

/** Events of the newer APIs have their type as a name. */
function written(event: JsonRecord): string {
  const { type } = event;
  const name = typeof type === 'string' ? `event: ${type}\n` : '';
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** Filters a whole answer; one that no rule touches is the very bytes. */
export function filterDocument(body: Buffer<ArrayBuffer>, filter: AnswerFilter): Buffer<ArrayBuffer> {
  const parsed = parseObject(body.toString('utf8'));
  return parsed !== undefined && filter.document(parsed) ? Buffer.from(JSON.stringify(parsed)) : body;
}
