import {
  either,
  FLAG,
  list,
  object,
  orNull,
  RECORD,
  ref,
  SOME,
  TEXT,
  WHOLE,
  type Schema,
  type Schemas,
} from '../schema.ts';
import { MODEL, SAMPLING, SERVICE_TIER, STREAM_OPTIONS } from './shared.ts';

const CONTENT: Schema = either(TEXT, list(object({ type: TEXT }, ['type'])), { type: 'null' });

const MESSAGE: Schema = either(
  object({ role: { enum: ['system', 'developer', 'user'] }, content: either(TEXT, list(ref('TextPart'), 1)) }, [
    'role',
    'content',
  ]),
  object({ role: { const: 'assistant' }, content: CONTENT, tool_calls: orNull(list(ref('ToolCall'))) }, ['role']),
  object({ role: { const: 'tool' }, content: TEXT, tool_call_id: TEXT }, ['role', 'content', 'tool_call_id']),
);

const TOOL: Schema = object(
  {
    type: { const: 'function' },
    function: object({ name: { ...TEXT, minLength: 1 }, description: TEXT, parameters: RECORD }, ['name']),
  },
  ['type', 'function'],
);

const REQUEST: Schema = object(
  {
    model: MODEL,
    messages: list(ref('ChatMessage'), 1),
    ...SAMPLING,
    stream_options: STREAM_OPTIONS,
    max_completion_tokens: orNull(SOME),
    max_tokens: orNull(SOME),
    n: orNull({ ...SOME, maximum: 128 }),
    stop: either(TEXT, list(TEXT), { type: 'null' }),
    seed: orNull(WHOLE),
    logprobs: orNull(FLAG),
    top_logprobs: orNull({ ...WHOLE, minimum: 0, maximum: 20 }),
    tools: orNull(list(ref('ChatTool'))),
    tool_choice: either({ enum: ['none', 'auto', 'required'] }, RECORD, { type: 'null' }),
    response_format: orNull(object({ type: { enum: ['text', 'json_object', 'json_schema'] } }, ['type'])),
    reasoning_effort: orNull({ enum: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] }),
    service_tier: SERVICE_TIER,
  },
  ['messages'],
  'OpenAI’s, and whatever else vLLM takes: every field goes to the engine as it came.',
);

const CHOICE: Schema = object(
  {
    index: WHOLE,
    message: object(
      { role: { const: 'assistant' }, content: orNull(TEXT), tool_calls: orNull(list(ref('ToolCall'))) },
      ['role'],
    ),
    finish_reason: orNull(TEXT),
    logprobs: orNull(RECORD),
  },
  ['index', 'message', 'finish_reason'],
);

const ANSWER: Schema = object(
  {
    id: TEXT,
    object: { const: 'chat.completion' },
    created: WHOLE,
    model: TEXT,
    choices: list(CHOICE),
    usage: ref('Usage'),
    service_tier: orNull(TEXT),
  },
  ['id', 'object', 'created', 'model', 'choices', 'usage'],
);

export const CHAT_SCHEMAS: Schemas = {
  ChatRequest: REQUEST,
  ChatMessage: MESSAGE,
  ChatTool: TOOL,
  TextPart: object({ type: { const: 'text' }, text: TEXT }, ['type', 'text']),
  ToolCall: object(
    { id: TEXT, type: { const: 'function' }, function: object({ name: TEXT, arguments: TEXT }, ['name', 'arguments']) },
    ['id', 'type', 'function'],
  ),
  ChatCompletion: ANSWER,
};
