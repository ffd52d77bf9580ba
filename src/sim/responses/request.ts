import { readChat } from '../openai/chat-request.ts';
import { bad, badRequest, invalidBody, missingField, type ApiError, type Outcome } from '../openai/errors.ts';
import type { GenerationRequest, ModelFacts } from '../openai/generation-request.ts';
import { isRecord, recordsOf, textOf, type Fields } from '../openai/json.ts';

/** Checks the body of `/v1/responses` and settles the answer. Nothing is stored: whatever needs that is refused. */
export function readResponses(fields: Fields, facts: ModelFacts): Outcome<GenerationRequest> {
  if (fields['input'] === undefined) return bad(missingField('input'));
  if (fields['background'] === true) return bad(badRequest(NO_BACKGROUND, 'background'));
  if (!isTextOrNone(fields['service_tier']))
    return bad(invalidBody('literal_error', 'service_tier', 'Input should be a tier'));
  const previous = textOf(fields['previous_response_id']);
  if (previous !== undefined) return bad(unknownResponse(previous));
  const asked = readChat(chatOf(fields), facts);
  return asked.ok ? { ok: true, value: { ...asked.value, api: 'responses', fields } } : asked;
}

const isTextOrNone = (value: unknown): boolean => typeof value === 'string' || value === undefined || value === null;

const NO_BACKGROUND =
  'This vLLM engine does not support `store=True` and therefore does not support the background mode. To enable these features, set the environment variable `VLLM_ENABLE_RESPONSES_API_STORE=1` when launching the vLLM server.';

const unknownResponse = (id: string): ApiError => ({
  status: 404,
  message: `Response with id '${id}' not found.`,
  type: 'invalid_request_error',
  param: 'response_id',
});

/** The same in the words of a chat completion. */
function chatOf(fields: Fields): Fields {
  const {
    input,
    instructions,
    max_output_tokens: max,
    tools,
    tool_choice: choice,
    text,
    stream_options: _,
    ...rest
  } = fields;
  const before = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
  const format = isRecord(text) && isRecord(text['format']) ? text['format'] : undefined;
  return {
    ...rest,
    messages: [...before, ...turnsOf(input)],
    ...(max === undefined ? {} : { max_tokens: max }),
    ...(format === undefined ? {} : { response_format: { type: format['type'], json_schema: format } }),
    ...(tools === undefined ? {} : { tools: recordsOf(tools).map(toolOf), tool_choice: choiceOf(choice) }),
  };
}

function turnsOf(input: unknown): readonly Fields[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return recordsOf(input).map((item) => ({
    role: item['role'] ?? (item['type'] === 'function_call' ? 'assistant' : 'tool'),
    content: item['content'] ?? item['output'] ?? item['arguments'] ?? '',
  }));
}

/** A tool's name and parameters stand beside its type here. */
function toolOf(tool: Fields): Fields {
  return { type: 'function', function: tool };
}

function choiceOf(choice: unknown): unknown {
  return isRecord(choice) ? { type: 'function', function: { name: choice['name'] } } : (choice ?? 'auto');
}
