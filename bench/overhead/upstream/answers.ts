/** Name of the one model. */
export const MODEL = 'bench/fake';

/** Digits of a stamp: microseconds of the Unix epoch. */
export const STAMP_DIGITS = 16;

/** What stands before a token's stamp in its event. */
export const STAMP_MARK = '"content":"';

/** Requests with this `seed` get their tokens in step with each other: all of one step at the same moment. */
export const SEED_IN_STEP = 7;

const CREATED = 1_700_000_000;
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(4).trim();

/** The one whole answer, to chat and text completions alike: some 600 bytes, as an assistant's short reply has. */
export const COMPLETION = JSON.stringify({
  id: 'chatcmpl-00000000000000000000000000000000',
  object: 'chat.completion',
  created: CREATED,
  model: MODEL,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: TEXT, refusal: null, reasoning_content: null, tool_calls: [] },
      logprobs: null,
      finish_reason: 'stop',
      stop_reason: null,
    },
  ],
  usage: { prompt_tokens: 16, completion_tokens: 40, total_tokens: 56, prompt_tokens_details: null },
  prompt_logprobs: null,
  kv_transfer_params: null,
});

/** A whole answer with its head. */
export function document(status: string, type: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nserver: uvicorn\r\ncontent-length: ${length}\r\ncontent-type: ${type}\r\n\r\n${body}`,
  );
}

/** Head of a stream and its first event, the role. */
export const STREAM_BEGIN = Buffer.from(
  `HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-type: text/event-stream; charset=utf-8\r\n` +
    `transfer-encoding: chunked\r\n\r\n${httpChunk(event({ role: 'assistant', content: '' }, null))}`,
);

/** Last event of the text, the usage where it was asked for, and the end of stream and answer. */
export function streamEnd(tokens: number, withUsage: boolean): Buffer {
  const usage = { prompt_tokens: 16, completion_tokens: tokens, total_tokens: 16 + tokens };
  const parts = [
    event({}, 'length'),
    ...(withUsage ? [sse({ ...identity(), choices: [], usage })] : []),
    'data: [DONE]\n\n',
  ];
  return Buffer.from(`${parts.map(httpChunk).join('')}0\r\n\r\n`);
}

/** One token, stamped with the moment it is given out. */
export function tokenChunk(unixMicroseconds: number): Buffer {
  return Buffer.from(httpChunk(event({ content: unixMicroseconds.toFixed(0).padStart(STAMP_DIGITS, '0') }, null)));
}

function event(delta: object, finishReason: string | null): string {
  return sse({ ...identity(), choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] });
}

function identity(): object {
  return {
    id: 'chatcmpl-00000000000000000000000000000000',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: MODEL,
  };
}

function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function httpChunk(data: string): string {
  return `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;
}
