import { COUNT, either, FLAG, list, NUMBER, object, orNull, ref, TEXT, WHOLE, type Schemas } from '../schema.ts';
import { MODEL } from './shared.ts';

/** vLLM's tokenizer, and OpenAI's embeddings. */
export const TOKEN_SCHEMAS: Schemas = {
  TokenizeRequest: either(
    object({ model: MODEL, prompt: TEXT, add_special_tokens: FLAG, return_token_strs: orNull(FLAG) }, ['prompt']),
    object({ model: MODEL, messages: list(ref('ChatMessage'), 1), return_token_strs: orNull(FLAG) }, ['messages']),
  ),
  Tokens: object({ count: COUNT, max_model_len: COUNT, tokens: list(WHOLE), token_strs: orNull(list(TEXT)) }, [
    'count',
    'max_model_len',
    'tokens',
  ]),
  DetokenizeRequest: object({ model: MODEL, tokens: list(COUNT) }, ['tokens']),
  DetokenizedText: object({ prompt: TEXT }, ['prompt']),
  EmbeddingRequest: object(
    {
      model: MODEL,
      input: either(TEXT, list(TEXT, 1), list(COUNT, 1), list(list(COUNT, 1), 1)),
      encoding_format: { enum: ['float', 'base64'] },
    },
    ['input'],
  ),
  Embeddings: object(
    {
      object: { const: 'list' },
      model: TEXT,
      data: list(
        object({ object: { const: 'embedding' }, index: WHOLE, embedding: either(list(NUMBER), TEXT) }, [
          'object',
          'index',
          'embedding',
        ]),
      ),
      usage: ref('Usage'),
    },
    ['object', 'model', 'data', 'usage'],
  ),
};
