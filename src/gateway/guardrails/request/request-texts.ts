import { isRecord, type JsonRecord } from '../json.ts';

/** How a text is written: as it is, or as JSON within its string. */
export type Form = 'plain' | 'json';

/** Looks at a text; what it returns stands in its place. */
type Visit = (text: string, form: Form) => string;

/** Members that name things for the engine or for us. What stands there and looks like no name is looked at all the same. */
const NAMES: ReadonlySet<string> = new Set([
  'model',
  'role',
  'type',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'item_id',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
  'media_type',
  'encoding_format',
  'signature',
  'encrypted_content',
]);

/** Bytes in place of text: pictures and sounds. They are not looked into. */
const BYTES: ReadonlySet<string> = new Set(['data', 'file_data', 'b64_json']);
const DATA_URL = 'data:';

/** An identifier, or bytes in base64. */
const NAME = /^[\w.:/+=-]*$/;

/** Deepest nesting that is looked into. Python reads about as deep. */
export const DEPTH_MAX = 1000;

/** Visits every text of a parsed request, in order, and puts what is returned for it in its place. False where it nests too deep. */
export function visitTexts(request: JsonRecord, visit: Visit): boolean {
  let isWhole = true;
  const visited = (key: string, value: unknown, depth: number): unknown => {
    if (depth > DEPTH_MAX) isWhole = false;
    if (!isWhole) return value;
    if (typeof value === 'string') {
      const isText = !(NAMES.has(key) || BYTES.has(key)) || !NAME.test(value);
      if (!isText || value.startsWith(DATA_URL)) return value;
      return visit(value, key === 'arguments' ? 'json' : 'plain');
    }
    if (Array.isArray(value)) value.forEach((it, index) => (value[index] = visited(key, it, depth + 1)));
    else if (isRecord(value))
      for (const [name, it] of Object.entries(value)) value[name] = visited(name, it, depth + 1);
    return value;
  };
  visited('', request, 0);
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
