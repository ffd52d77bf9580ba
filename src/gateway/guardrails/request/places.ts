import type { JsonRecord } from '../../body/json.ts';

/**
 * Whose words a record's keys are. `api`: of an API of ours. `tool`: of the definition of a tool, which engines show a model
 * as it is, with any key. `schema`: of JSON Schema. `own`: the client's, and so is all below it. `names`: the client's,
 * each with a schema below it.
 */
export type Place = 'api' | 'tool' | 'schema' | 'own' | 'names';

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Members that hold more of an API's own members, however deep. What stands under any other is the client's own. */
const PARTS: ReadonlySet<string> = wordsOf(`
  messages system content source output summary instructions refusal citations tool_choice tool_calls
  allowed_tools function function_call custom image_url audio_url video_url input_audio audio file
  response_format json_schema text format output_config structured_outputs prompt reasoning thinking
  stream_options cache_control
`);
/** Of the definition of a tool: members that hold more of it, and the others. */
const TOOL_PARTS: ReadonlySet<string> = new Set(['function', 'custom', 'format', 'cache_control']);
const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'strict']);
const SCHEMAS: ReadonlySet<string> = new Set(['parameters', 'input_schema', 'schema', 'json', 'guided_json']);

/** Keywords of JSON Schema under which names stand, and those under which a client's values do. */
const NAMED: ReadonlySet<string> = wordsOf(`
  properties patternProperties $defs definitions dependentSchemas dependentRequired
`);
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples', 'example']);
const KEYWORDS: ReadonlySet<string> = new Set([
  ...NAMED,
  ...VALUES,
  ...wordsOf(`
  $schema $id $ref $anchor $comment $dynamicRef $dynamicAnchor $vocabulary type format title description
  required items prefixItems additionalItems contains additionalProperties unevaluatedProperties
  unevaluatedItems propertyNames nullable strict allOf anyOf oneOf not if then else pattern deprecated readOnly
  writeOnly minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems
  uniqueItems minContains maxContains minProperties maxProperties contentEncoding contentMediaType contentSchema
`),
]);
const TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** Whose words stand under a key. `input` holds an API's members at the top (Responses); in a tool call it is its arguments. */
export function placeUnder(place: Place, key: string, isTop: boolean): Place {
  if (place === 'names') return 'schema';
  if (place === 'schema') return NAMED.has(key) ? 'names' : VALUES.has(key) ? 'own' : 'schema';
  if (place === 'own') return 'own';
  if (SCHEMAS.has(key)) return 'schema';
  if (place === 'tool') return TOOL_PARTS.has(key) ? 'tool' : 'own';
  if (key === 'tools' || key === 'functions') return 'tool';
  return PARTS.has(key) || (isTop && key === 'input') ? 'api' : 'own';
}

/** Whether a key is the client's word, and so a text. */
export function isOwnKey(place: Place, key: string): boolean {
  if (place === 'schema') return !KEYWORDS.has(key);
  if (place === 'tool') return !TOOL_PARTS.has(key) && !TOOL_FIELDS.has(key) && !SCHEMAS.has(key);
  return place === 'own' || place === 'names';
}

/** Members of the APIs that name things for the engine or for us. What stands there and looks like no name is text. */
const NAMES: ReadonlySet<string> = wordsOf(`
  model type id call_id tool_call_id tool_use_id item_id user safety_identifier prompt_cache_key service_tier
  media_type encoding_format signature encrypted_content
`);
/** Engines show a model whatever stands for a role, so only these are names. */
const ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** Bytes in place of text: pictures and sounds. They are not looked into. */
const BYTES: ReadonlySet<string> = new Set(['file_data', 'b64_json']);
/** Types of records whose `data` are bytes; a text document's are text. */
const BYTES_IN: ReadonlySet<unknown> = new Set(['base64', 'redacted_thinking']);
/** Members that hold such bytes as a URL. Anywhere else what begins like one is text. */
const URLS: ReadonlySet<string> = new Set(['url', 'image_url', 'audio_url', 'video_url', 'file_url', 'file_data']);
const DATA_URL = /^data:[\w.+/;=-]*;base64,[\w+/=-]*$/;

/** An identifier, or bytes in base64. */
const NAME = /^[\w.:/+=-]*$/;

/** Whether the string under a key of `record`, itself found under `parent`, is no text. */
export function isNoText(place: Place, key: string, value: string, record: JsonRecord, parent: string): boolean {
  if (place === 'schema') return key === 'type' && TYPES.has(value);
  if (place === 'tool') return key === 'type' && NAME.test(value);
  if (place !== 'api') return false;
  if (key === 'role') return ROLES.has(value);
  const isData = key === 'data' && (BYTES_IN.has(record['type']) || parent === 'input_audio');
  if ((isData || NAMES.has(key) || BYTES.has(key)) && NAME.test(value)) return true;
  return URLS.has(key) && DATA_URL.test(value);
}
