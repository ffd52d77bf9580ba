import { messageAnswer, messageError } from '../messages/answer.ts';
import { messageEvents } from '../messages/events.ts';
import type { AnswerHead, FinishedChoice } from '../openai/answer.ts';
import { chatAnswer, chatChunks } from '../openai/chat-answer.ts';
import type { Chunks } from '../openai/chunks.ts';
import { completionStream } from '../openai/completion-stream.ts';
import { errorBody, type ApiError } from '../openai/errors.ts';
import type { GenerationRequest } from '../openai/generation-request.ts';
import { textAnswer, textChunks } from '../openai/text-answer.ts';
import type { Usage } from '../openai/usage.ts';
import { responseAnswer } from '../responses/answer.ts';
import { responseEvents } from '../responses/events.ts';

/** How one API writes its answers. */
interface Writer {
  readonly idPrefix: string;
  whole(head: AnswerHead, choices: readonly FinishedChoice[], usage: Usage): string;
  stream(head: AnswerHead, request: GenerationRequest): Chunks;
  error(error: ApiError): string;
}

export const WRITERS: Readonly<Record<GenerationRequest['api'], Writer>> = {
  chat: {
    idPrefix: 'chatcmpl-',
    whole: chatAnswer,
    stream: (head, { sampling }) => completionStream(chatChunks(head), sampling),
    error: errorBody,
  },
  text: {
    idPrefix: 'cmpl-',
    whole: textAnswer,
    stream: (head, { sampling }) => completionStream(textChunks(head), sampling),
    error: errorBody,
  },
  responses: { idPrefix: 'resp_', whole: responseAnswer, stream: responseEvents, error: errorBody },
  messages: {
    idPrefix: 'chatcmpl-',
    whole: messageAnswer,
    stream: (head, { promptTokens }) => messageEvents(head, promptTokens),
    error: messageError,
  },
};
