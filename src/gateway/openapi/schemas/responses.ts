import { COUNT, either, FLAG, list, object, orNull, RECORD, ref, SOME, TEXT, type Schemas } from '../schema.ts';
import { MODEL, SAMPLING, SERVICE_TIER } from './shared.ts';

/** OpenAI's Responses, without a memory: what engines do not keep is refused. */
export const RESPONSE_SCHEMAS: Schemas = {
  ResponseRequest: object(
    {
      model: MODEL,
      input: either(TEXT, list(ref('ResponseInput'), 1)),
      instructions: orNull(TEXT),
      ...SAMPLING,
      max_output_tokens: orNull(SOME),
      tools: list(ref('ResponseTool')),
      tool_choice: either({ enum: ['none', 'auto', 'required'] }, RECORD),
      parallel_tool_calls: orNull(FLAG),
      reasoning: orNull(object({ effort: orNull(TEXT) })),
      service_tier: SERVICE_TIER,
    },
    ['input'],
  ),
  ResponseInput: object(
    {
      type: { const: 'message' },
      role: { enum: ['system', 'developer', 'user', 'assistant'] },
      content: either(TEXT, list(object({ type: { const: 'input_text' }, text: TEXT }, ['type', 'text']), 1)),
    },
    ['role', 'content'],
  ),
  ResponseTool: object(
    { type: { const: 'function' }, name: { ...TEXT, minLength: 1 }, description: TEXT, parameters: RECORD },
    ['type', 'name'],
  ),
  Response: object(
    {
      id: TEXT,
      object: { const: 'response' },
      created_at: { type: 'number' },
      model: TEXT,
      status: { enum: ['completed', 'incomplete', 'in_progress', 'queued', 'failed', 'cancelled'] },
      output: list(object({ type: TEXT, id: orNull(TEXT) }, ['type'])),
      incomplete_details: orNull(object({ reason: TEXT })),
      usage: orNull(
        object({ input_tokens: COUNT, output_tokens: COUNT, total_tokens: COUNT }, [
          'input_tokens',
          'output_tokens',
          'total_tokens',
        ]),
      ),
      service_tier: orNull(TEXT),
    },
    ['id', 'object', 'created_at', 'model', 'status', 'output'],
  ),
};
