import { chatOfMessages } from '../messages/request.ts';
import { messageError } from '../messages/answer.ts';
import { parseBody } from '../openai/body.ts';
import { chatPrompt } from '../openai/chat-request.ts';
import { missingField, type ApiError, type Outcome } from '../openai/errors.ts';
import { checkModel } from '../openai/generation-request.ts';
import { textOf, type Fields } from '../openai/json.ts';
import { usageJson } from '../openai/usage.ts';
import { countTokens, detokenize, tokenize } from '../text/tokens.ts';
import { hashIndex, hashText } from '../text/words.ts';
import { answerError, answerJson, answerText } from './answering.ts';
import type { ServerContext } from './context.ts';
import type { HttpReply, HttpRequest } from './http.ts';

/** Answers a request that its engine core never sees; one for another model is refused. */
type Answer = (fields: Fields, server: ServerContext) => HttpReply;

const withFields =
  (answer: Answer, refuse: (error: ApiError) => HttpReply = answerError) =>
  (request: HttpRequest, server: ServerContext): HttpReply => {
    const body = parseBody(request.body, request.headers['content-type']);
    if (!body.ok) return answerError(body.error);
    const model: Outcome<undefined> = checkModel(textOf(body.value['model']), server.settings.facts);
    return model.ok ? answer(body.value, server) : refuse(model.error);
  };

const refuseMessage = (error: ApiError): HttpReply => answerText(messageError(error), error.status);

export const tokenizeText = withFields((fields, { settings }) => {
  const prompt = Array.isArray(fields['messages']) ? chatPrompt(fields) : fields['prompt'];
  if (typeof prompt !== 'string') return answerError(missingField('prompt'));
  const tokens = tokenize(prompt);
  const strings = fields['return_token_strs'] === true ? tokens.map((token) => detokenize([token])) : null;
  const { maxModelLen } = settings.facts;
  return answerJson({ count: tokens.length, max_model_len: maxModelLen, tokens, token_strs: strings });
});

export const detokenizeIds = withFields(({ tokens }) => {
  if (!Array.isArray(tokens)) return answerError(missingField('tokens'));
  return answerJson({ prompt: detokenize(tokens.filter((id): id is number => typeof id === 'number')) });
});

export const countMessageTokens = withFields((fields) => {
  if (!Array.isArray(fields['messages'])) return answerError(missingField('messages'));
  const tokens = countTokens(chatPrompt(chatOfMessages(fields)));
  return answerJson({ input_tokens: tokens, context_management: { original_input_tokens: tokens } });
}, refuseMessage);

/** Numbers of a simulated embedding; a real one has hundreds. */
const DIMENSIONS = 8;

/** vLLM serves these where its model embeds (`--runner pooling`), and knows no such path elsewhere. */
export const embed = withFields(({ input }, { settings }) => {
  if (!settings.embeds) return answerJson({ detail: 'Not Found' }, 404);
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
  const texts = inputs.map((it) => (typeof it === 'string' ? it : JSON.stringify(it ?? null)));
  const data = texts.map((text, index) => ({ index, object: 'embedding', embedding: embeddingOf(text) }));
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const usage: unknown = JSON.parse(usageJson({ promptTokens, completionTokens: 0 }));
  return answerJson({
    id: `embd-${crypto.randomUUID()}`,
    object: 'list',
    model: settings.facts.servedNames[0],
    data,
    usage,
  });
});

/** The same text has the same one; its length is about 1, as those of real models are. */
function embeddingOf(text: string): readonly number[] {
  const seed = hashText(text, 0);
  const numbers = Array.from({ length: DIMENSIONS }, (_, index) => hashIndex(seed, index) / 0xffffffff - 0.5);
  const length = Math.hypot(...numbers) || 1;
  return numbers.map((it) => it / length);
}
