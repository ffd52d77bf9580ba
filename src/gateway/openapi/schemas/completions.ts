import { COUNT, either, FLAG, list, object, orNull, RECORD, ref, SOME, TEXT, WHOLE, type Schemas } from '../schema.ts';
import { MODEL, SAMPLING, SERVICE_TIER, STREAM_OPTIONS } from './shared.ts';

/** Text completions. */
export const COMPLETION_SCHEMAS: Schemas = {
  CompletionRequest: object(
    {
      model: MODEL,
      prompt: either(TEXT, list(TEXT, 1), list(COUNT, 1), list(list(COUNT, 1), 1)),
      ...SAMPLING,
      stream_options: STREAM_OPTIONS,
      max_tokens: orNull(SOME),
      n: orNull({ ...SOME, maximum: 128 }),
      stop: either(TEXT, list(TEXT), { type: 'null' }),
      seed: orNull(WHOLE),
      echo: orNull(FLAG),
      logprobs: orNull({ ...WHOLE, minimum: 0, maximum: 20 }),
      service_tier: SERVICE_TIER,
    },
    ['prompt'],
  ),
  Completion: object(
    {
      id: TEXT,
      object: { const: 'text_completion' },
      created: WHOLE,
      model: TEXT,
      choices: list(
        object({ index: WHOLE, text: TEXT, finish_reason: orNull(TEXT), logprobs: orNull(RECORD) }, [
          'index',
          'text',
          'finish_reason',
        ]),
      ),
      usage: ref('Usage'),
    },
    ['id', 'object', 'created', 'model', 'choices', 'usage'],
  ),
};
