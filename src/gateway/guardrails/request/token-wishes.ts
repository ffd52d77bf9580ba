import { isRecord, type JsonRecord } from '../../body/json.ts';

/** Members that ask for an answer in tokens, or as the model wrote it, beside its text (OpenAI's, and vLLM's own). */
const TOKENWISE = [
  'logprobs',
  'top_logprobs',
  'prompt_logprobs',
  'return_token_ids',
  'return_tokens_as_token_ids',
  'enable_response_messages',
];
const LOGPROBS_OF_RESPONSES = 'message.output_text.logprobs';

/** The member by which a request asks for tokens. They would show what is redacted in the text beside them. */
export function tokenWish(request: JsonRecord): string | undefined {
  const { include } = request;
  if (Array.isArray(include) && include.includes(LOGPROBS_OF_RESPONSES)) return 'include';
  return TOKENWISE.find((key) => isWished(request[key]));
}

/** `logprobs: 0` of text completions asks for those of the tokens chosen. */
function isWished(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !isRecord(value);
}
