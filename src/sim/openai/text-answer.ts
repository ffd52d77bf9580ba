import type { Piece } from '../reply/piece.ts';
import { event, SYSTEM_FINGERPRINT, textIn, type AnswerHead, type FinishedChoice } from './answer.ts';
import type { CompletionChunks } from './chunks.ts';
import { textLogprobs } from './logprobs.ts';
import { usageJson, type Usage } from './usage.ts';

/** The body of a text completion that is not streamed. */
export function textAnswer(head: AnswerHead, choices: readonly FinishedChoice[], usage: Usage): string {
  const body = {
    id: head.id,
    object: 'text_completion',
    created: head.createdUnixS,
    model: head.model,
    choices: choices.map((choice, index) => ({
      index,
      text: textIn(choice.told, 'content'),
      logprobs: head.logprobs ? textLogprobs(choice.told, 0) : null,
      finish_reason: choice.end,
      stop_reason: choice.stoppedBy ?? null,
      token_ids: null,
      prompt_logprobs: null,
      prompt_token_ids: null,
    })),
    service_tier: null,
    system_fingerprint: SYSTEM_FINGERPRINT,
    usage: JSON.parse(usageJson(usage)),
    kv_transfer_params: null,
  };
  return JSON.stringify(body);
}

/** The chunks of a streamed text completion. */
export function textChunks(head: AnswerHead): CompletionChunks {
  const opening = `{"id":${JSON.stringify(head.id)},"object":"text_completion","created":${head.createdUnixS},"model":${JSON.stringify(head.model)},"choices":[`;
  const chunk = (choice: number, told: readonly Piece[], reason: string, stop: string, tail: string) => {
    const logprobs = head.logprobs ? JSON.stringify(textLogprobs(told, 0)) : 'null';
    const text = JSON.stringify(textIn(told, 'content'));
    return event(
      `${opening}{"index":${choice},"text":${text},"logprobs":${logprobs},"finish_reason":${reason},"stop_reason":${stop},"prompt_token_ids":null,"token_ids":null}]${tail}}`,
    );
  };
  return {
    open: () => '',
    tell: (choice, told, usage) => (told.length === 0 ? '' : chunk(choice, told, 'null', 'null', usageTail(usage))),
    finish: (choice, told, { end, stoppedBy }, usage) =>
      chunk(
        choice,
        told,
        `"${end}"`,
        JSON.stringify(stoppedBy ?? null),
        `,"system_fingerprint":"${SYSTEM_FINGERPRINT}"${usageTail(usage)}`,
      ),
    usage: (usage) => event(`${opening}],"usage":${usageJson(usage)},"system_fingerprint":"${SYSTEM_FINGERPRINT}"}`),
  };
}

const usageTail = (usage: Usage | undefined): string => (usage === undefined ? '' : `,"usage":${usageJson(usage)}`);
