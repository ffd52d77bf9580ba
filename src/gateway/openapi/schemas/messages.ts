import { COUNT, either, list, object, orNull, RECORD, ref, SOME, TEXT, type Schema, type Schemas } from '../schema.ts';
import { MODEL, SAMPLING } from './shared.ts';

const SAID: Schemas = {
  model: MODEL,
  messages: list(ref('MessageTurn'), 1),
  system: either(TEXT, list(ref('TextPart'))),
  tools: list(ref('MessageTool')),
  tool_choice: object({ type: { enum: ['auto', 'any', 'tool', 'none'] } }, ['type']),
};

const ANSWER: Schema = object(
  {
    id: TEXT,
    type: { const: 'message' },
    role: { const: 'assistant' },
    model: TEXT,
    content: list(object({ type: { enum: ['text', 'thinking', 'tool_use'] } }, ['type'])),
    stop_reason: orNull(TEXT),
    stop_sequence: orNull(TEXT),
    usage: object({ input_tokens: COUNT, output_tokens: COUNT }, ['input_tokens', 'output_tokens']),
  },
  ['id', 'type', 'role', 'model', 'content', 'usage'],
);

/** Anthropic's Messages. */
export const MESSAGE_SCHEMAS: Schemas = {
  MessageRequest: object({ ...SAID, ...SAMPLING, max_tokens: SOME, stop_sequences: list(TEXT), metadata: RECORD }, [
    'messages',
    'max_tokens',
  ]),
  MessageCountRequest: object(SAID, ['messages']),
  MessageTurn: object({ role: { enum: ['user', 'assistant'] }, content: either(TEXT, list(ref('TextPart'), 1)) }, [
    'role',
    'content',
  ]),
  MessageTool: object({ name: { ...TEXT, minLength: 1 }, description: TEXT, input_schema: RECORD }, [
    'name',
    'input_schema',
  ]),
  Message: ANSWER,
  MessageCount: object({ input_tokens: COUNT }, ['input_tokens']),
};
