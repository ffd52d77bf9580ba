import type { Piece } from '../reply/piece.ts';
import { event, SYSTEM_FINGERPRINT, textIn, type AnswerHead, type FinishedChoice } from './answer.ts';
import type { CompletionChunks } from './chunks.ts';
import { chatLogprobs } from './logprobs.ts';
import { usageJson, type Usage } from './usage.ts';

/** The body of a chat completion that is not streamed. */
export function chatAnswer(head: AnswerHead, choices: readonly FinishedChoice[], usage: Usage): string {
  const body = {
    id: head.id,
    object: 'chat.completion',
    created: head.createdUnixS,
    model: head.model,
    choices: choices.map((choice, index) => ({
      index,
      message: messageOf(head, choice, index),
      logprobs: head.logprobs ? chatLogprobs(choice.told) : null,
      finish_reason: choice.end,
      stop_reason: choice.stoppedBy ?? null,
      token_ids: null,
    })),
    service_tier: null,
    system_fingerprint: SYSTEM_FINGERPRINT,
    usage: JSON.parse(usageJson(usage)),
    prompt_logprobs: null,
    prompt_token_ids: null,
    kv_transfer_params: null,
  };
  return JSON.stringify(body);
}

function messageOf(head: AnswerHead, { told }: FinishedChoice, choice: number): unknown {
  const name = textIn(told, 'tool_name');
  const called = { name, arguments: textIn(told, 'tool_arguments') };
  const calls = name === '' ? [] : [{ id: toolCallId(head, choice), type: 'function', function: called }];
  const content = textIn(told, 'content');
  return {
    role: 'assistant',
    content: content === '' && name !== '' ? null : content,
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    tool_calls: calls,
    reasoning: textIn(told, 'reasoning') || null,
  };
}

/** The chunks of a streamed chat completion. */
export function chatChunks(head: AnswerHead): CompletionChunks {
  const opening = `{"id":${JSON.stringify(head.id)},"object":"chat.completion.chunk","created":${head.createdUnixS},"model":${JSON.stringify(head.model)},"choices":[`;
  const chunk = (choice: number, delta: string, told: readonly Piece[], rest: string, tail: string) => {
    const logprobs = head.logprobs && told.length > 0 ? JSON.stringify(chatLogprobs(told)) : 'null';
    return event(`${opening}{"index":${choice},"delta":${delta},"logprobs":${logprobs},${rest}}]${tail}}`);
  };
  return {
    open: (choice, usage) =>
      chunk(choice, '{"role":"assistant","content":""}', [], '"finish_reason":null', usageTail(usage)),
    tell(choice, told, usage) {
      const tail = usageTail(usage);
      return told
        .map((piece) =>
          chunk(choice, deltaOf(head, choice, piece), [piece], '"finish_reason":null,"token_ids":null', tail),
        )
        .join('');
    },
    finish(choice, told, finished, usage) {
      const last = told.at(-1);
      const delta = last === undefined ? '{}' : deltaOf(head, choice, last);
      const rest = `"finish_reason":"${finished.end}","stop_reason":${JSON.stringify(finished.stoppedBy ?? null)},"token_ids":null`;
      const tail = `,"system_fingerprint":"${SYSTEM_FINGERPRINT}"${usageTail(usage)}`;
      const before = told.slice(0, -1);
      return this.tell(choice, before, usage) + chunk(choice, delta, told.slice(-1), rest, tail);
    },
    usage: (usage) => event(`${opening}],"usage":${usageJson(usage)},"system_fingerprint":"${SYSTEM_FINGERPRINT}"}`),
  };
}

const usageTail = (usage: Usage | undefined): string => (usage === undefined ? '' : `,"usage":${usageJson(usage)}`);

const toolCallId = (head: AnswerHead, choice: number): string =>
  `chatcmpl-tool-${Bun.hash(`${head.id} ${choice}`).toString(16).padStart(16, '0')}`;

function deltaOf(head: AnswerHead, choice: number, { channel, text }: Piece): string {
  const said = JSON.stringify(text);
  switch (channel) {
    case 'content':
    case 'reasoning':
      break;
    case 'tool_name':
      return `{"tool_calls":[{"index":0,"id":"${toolCallId(head, choice)}","type":"function","function":{"name":${said},"arguments":""}}]}`;
    case 'tool_arguments':
      return `{"tool_calls":[{"index":0,"function":{"arguments":${said}}}]}`;
  }
  return `{"${channel}":${said}}`;
}
