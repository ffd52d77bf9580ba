import { isRecord, type JsonRecord } from '../../body/json.ts';
import { isNoText, isOwnKey, placeUnder, type Place } from './places.ts';

/** How a text is written: as it is, or as JSON within its string. */
export type Form = 'plain' | 'json';

/** Looks at a text; what it returns stands in its place. */
type Visit = (text: string, form: Form) => string;

/** Deepest nesting that is looked into. Python reads about as deep. */
export const DEPTH_MAX = 1000;

/** Where a walk is: the record that it is in, the key that this stands under, and the place of both. */
interface Where {
  readonly place: Place;
  readonly record: JsonRecord;
  readonly key: string;
  /** The key that the record stands under; empty at the top. */
  readonly parent: string;
}

/**
 * Visits every text of a parsed request, in order, the client's own keys among them, and puts what is returned for it in
 * its place. False where it nests too deep.
 */
export function visitTexts(request: JsonRecord, visit: Visit): boolean {
  let isWhole = true;
  const visited = (value: unknown, where: Where, depth: number): unknown => {
    if (depth > DEPTH_MAX) isWhole = false;
    if (!isWhole) return value;
    const { place, record, key, parent } = where;
    if (typeof value === 'string') {
      if (isNoText(place, key, value, record, parent)) return value;
      return visit(value, place === 'api' && key === 'arguments' ? 'json' : 'plain');
    }
    if (Array.isArray(value)) value.forEach((it, index) => (value[index] = visited(it, where, depth + 1)));
    else if (isRecord(value)) return members(value, placeUnder(place, key, record === request), key, depth);
    return value;
  };
  const members = (record: JsonRecord, place: Place, parent: string, depth: number): JsonRecord => {
    let isRenamed = false;
    const named = Object.entries(record).map(([key, it]): [string, unknown] => {
      const name = isWhole && isOwnKey(place, key) ? visit(key, 'plain') : key;
      isRenamed ||= name !== key;
      record[key] = visited(it, { place, record, key, parent }, depth + 1);
      return [name, record[key]];
    });
    return isRenamed ? Object.fromEntries(named) : record;
  };
  members(request, 'api', '', 0);
  return isWhole;
}

/** Members that hold tokens or vectors where a text may stand. */
const PROMPTS = ['prompt', 'input', 'tokens'];

/** Where a request says something that is no text, so that no rule can read it. */
export function wordlessMember(request: JsonRecord): string | undefined {
  if (request['prompt_embeds'] !== undefined && request['prompt_embeds'] !== null) return 'prompt_embeds';
  return PROMPTS.find((key) => holdsNumbers(request[key]));
}

function holdsNumbers(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.some((it) => JSON.isRawJSON(it) || typeof it === 'number' || (Array.isArray(it) && holdsNumbers(it)));
}
