import type { Engine } from './engine.ts';
import type { Running } from './targets/target.ts';

/** How one request ended, as its client saw it. */
export interface Answer {
  /** 0 = no response at all. */
  readonly status: number;
  readonly text: string;
  /** Whether the answer said when to try again. */
  readonly retryAfter: boolean;
  /** `complete`: a whole answer; `told`: an error the client can read; `cut`: the connection ended; `silent`: nothing for the whole limit. */
  readonly ended: 'complete' | 'told' | 'cut' | 'silent';
}

/** What a request asks for. */
export interface Ask {
  readonly tokens?: number;
  readonly stream?: boolean;
  readonly prompt?: string;
  /** Silence for longer counts as `silent`. */
  readonly limitMs?: number;
}

/** Where requests for an engine go: the supervisor's gateway where it has one, else the engine itself. */
export const addressOf = (running: Running, engine: Engine) => running.url ?? `http://127.0.0.1:${engine.port}`;

/** Sends one chat completion and reads it to its end. */
export async function ask(
  url: string,
  model: string,
  { tokens = 1, stream = false, prompt = 'hello', limitMs = 15_000 }: Ask = {},
): Promise<Answer> {
  let text = '';
  let status = 0;
  let retryAfter = false;
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        stream,
        max_tokens: tokens,
        ignore_eos: true,
        messages: [{ role: 'user', content: prompt }],
      }),
      signal: AbortSignal.timeout(limitMs),
    });
    status = response.status;
    retryAfter = response.headers.has('retry-after');
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    return { status, text, retryAfter, ended: judge(status, text, stream) };
  } catch (cause) {
    const silent = cause instanceof DOMException && cause.name === 'TimeoutError';
    return { status, text: `${text}${String(cause)}`, retryAfter, ended: silent ? 'silent' : 'cut' };
  }
}

/** A stream is complete with [DONE] and a finish that is neither an error nor an abort. */
function judge(status: number, text: string, stream: boolean): Answer['ended'] {
  if (status !== 200) return 'told';
  if (/"error":|"finish_reason":"(abort|error)"/.test(text)) return 'told';
  if (stream) return text.includes('data: [DONE]') ? 'complete' : 'cut';
  return text.includes('"finish_reason"') ? 'complete' : 'cut';
}

/** Keeps asking, one request after the other, until stopped. */
export interface Asking {
  readonly answers: readonly Answer[];
  stop(): Promise<readonly Answer[]>;
}

/** Starts `clients` clients that ask again and again. */
export function keepAsking(
  url: string,
  model: string,
  request: Ask & { clients?: number; pauseMs?: number } = {},
): Asking {
  const { clients = 1, pauseMs = 100 } = request;
  const answers: Answer[] = [];
  let going = true;
  const client = async () => {
    while (going) {
      answers.push(await ask(url, model, request));
      await Bun.sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    answers,
    async stop() {
      going = false;
      await all;
      return answers;
    },
  };
}
