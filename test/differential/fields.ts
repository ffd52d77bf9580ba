import type { Answer } from './send.ts';

/** An answer field by field: its path (`error.code`, `choices.*.text`, `events.*.id`) and all it holds there, in order. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** What differs between two answers by its nature, and says nothing. */
const RANDOM = [
  /^(?:events\.\*\.)?(?:data\.)?(?:response\.|message\.|item\.)?(?:id|created|created_at|completed_at|item_id)$/,
  /(?:^|\.)(?:output|tool_calls|content)\.\*\.(?:id|call_id)$/,
  /(?:^|\.)(?:call_id|request_id|item_id|sequence_number)$/,
  /^events\.\*\.data\.(?:response|message|item|choices\.\*\.delta\.tool_calls\.\*)\.(?:id|created_at|completed_at)$/,
];
const LONG = 300;

/** Text that comes in pieces, of which an engine makes as many as its steps happen to. */
const PIECES = /\.(?:text|content|delta|arguments|reasoning|thinking|partial_json)$/;
/** What counts the pieces. */
const COUNTED = /\.usage\..*$/;

/** The fields of an answer, without those that are random. */
export function fieldsOf({ status, contentType, body }: Answer): Fields {
  const fields = new Map<string, string[]>([
    ['status', [String(status)]],
    ['content-type', [contentType]],
  ]);
  flatten(contentType === 'text/event-stream' ? { events: eventsOf(body) } : documentOf(body), '', fields);
  const told = [...fields].filter(([path]) => !RANDOM.some((it) => it.test(path)));
  return new Map(told.map(([path, values]) => [path, path.startsWith('events.') ? streamed(path, values) : values]));
}

/** What a field of a stream says however it was cut into events. */
function streamed(path: string, values: readonly string[]): readonly string[] {
  if (COUNTED.test(path)) return values.slice(-1);
  if (PIECES.test(path)) return [JSON.stringify(values.map((it) => String(JSON.parse(it) ?? '')).join(''))];
  return [...new Set(values)];
}

function documentOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return { text: body };
  }
}

/** Comments are left out: they say nothing. */
function eventsOf(body: string): unknown[] {
  return body
    .split('\n\n')
    .map((it) => it.split('\n').filter((line) => line !== '' && !line.startsWith(':')))
    .filter((lines) => lines.length > 0)
    .map((lines) => Object.fromEntries(lines.map(eventField)));
}

function eventField(line: string): [string, unknown] {
  const [, name = '', value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
  if (name !== 'data' || value === '[DONE]') return [name, value];
  return [name, documentOf(value)];
}

function flatten(value: unknown, path: string, into: Map<string, string[]>): void {
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    for (const [name, inner] of Object.entries(value))
      flatten(inner, [...(path === '' ? [] : [path]), isList ? '*' : name].join('.'), into);
    if (Object.keys(value).length > 0) return;
  }
  const held = into.get(path) ?? [];
  held.push(JSON.stringify(typeof value === 'string' ? value.slice(0, LONG) : value));
  into.set(path, held);
}
