import { either, list, object, orNull, RECORD, ref, TEXT, WHOLE, type Schema, type Schemas } from '../schema.ts';

/** An event's data, where it is JSON. */
const holding = (schema: string): Schema => ({
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: ref(schema),
});

const CHOICE = object({ index: WHOLE, finish_reason: orNull(TEXT) }, ['index']);
const ERROR = object({ error: object({ message: TEXT, code: TEXT }, ['message', 'code']) }, ['error']);

function chunk(kind: string): Schema {
  const whole = object(
    {
      id: TEXT,
      object: { const: kind },
      created: WHOLE,
      model: TEXT,
      choices: list(CHOICE),
      usage: orNull(ref('Usage')),
    },
    ['id', 'object', 'created', 'model', 'choices'],
  );
  return either(whole, ERROR);
}

/** An event that its data names too. */
function named(chunkSchema: string): Schema {
  return object({ event: TEXT, data: holding(chunkSchema) }, ['event', 'data']);
}

const unnamed = (chunkSchema: string): Schema =>
  object({ data: either({ const: '[DONE]' }, holding(chunkSchema)) }, ['data']);

/** One event of a stream each: before OpenAPI 3.2 the schema of a stream is that of its events. */
export const EVENT_SCHEMAS: Schemas = {
  ChatEvent: { ...unnamed('ChatChunk'), description: 'The last one is `[DONE]`, or an error.' },
  ChatChunk: chunk('chat.completion.chunk'),
  CompletionEvent: { ...unnamed('CompletionChunk'), description: 'The last one is `[DONE]`, or an error.' },
  CompletionChunk: chunk('text_completion'),
  ResponseEvent: named('ResponseChunk'),
  ResponseChunk: object({ type: TEXT, sequence_number: WHOLE, response: RECORD }, ['type', 'sequence_number']),
  MessageEvent: named('MessageChunk'),
  MessageChunk: object({ type: TEXT }, ['type']),
};
