import { nowUnixMs } from './clock.ts';
import type { Span } from './trace.ts';

/** What a client asks for. The simulated engines' words depend on the prompt alone. */
export interface Wish {
  /** Unique; goes as `x-request-id` and must come back. */
  readonly id: string;
  readonly pool: 'heavy' | 'light';
  readonly prompt: string;
  readonly tokens: number;
  readonly isStream: boolean;
  /** Leaves after so many ms; absent: stays to the end. */
  readonly leavesAfterMs?: number;
}

/** The one thing a client saw in the end. */
export type Ending =
  | { readonly is: 'completed'; readonly content: string }
  /** It began, and ended with an error in place of `[DONE]`. */
  | { readonly is: 'broken_off'; readonly code: string; readonly content: string }
  /** An HTTP error in OpenAI's shape. */
  | { readonly is: 'refused'; readonly status: number; readonly code: string; readonly reason: string | null }
  /** No connection, or one that broke: there was no HTTP answer, or not all of it. */
  | { readonly is: 'cut'; readonly because: string }
  | { readonly is: 'left' }
  /** Anything else. */
  | { readonly is: 'wrong'; readonly because: string };

/** One request from its sending to its ending. */
export interface Account extends Span {
  readonly wish: Wish;
  /** Of the node that was asked. */
  readonly url: string;
  readonly ending: Ending;
  /** The replica that the answer's headers name. */
  readonly replica: string | undefined;
  /** What `x-ssw-queue` says: `degraded`, or nothing. */
  readonly queue?: string | undefined;
}

/** No answer takes so long: the wait in line is limited below it. */
const ANSWER_LIMIT_MS = 60_000;

/** Sends one request and waits for its ending. Never throws. */
export async function ask(url: string, wish: Wish): Promise<Account> {
  const fromMs = nowUnixMs();
  const silence = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const leaving = wish.leavesAfterMs === undefined ? [] : [AbortSignal.timeout(wish.leavesAfterMs)];
  let replica: string | undefined;
  let queue: string | undefined;
  let ending: Ending;
  try {
    const response = await post(url, wish, AbortSignal.any([silence, ...leaving]));
    replica = response.headers.get('x-ssw-replica') ?? undefined;
    queue = response.headers.get('x-ssw-queue') ?? undefined;
    ending = endingOf(response, await response.text(), wish);
  } catch (error) {
    ending = withoutAnswer(error, silence.aborted, leaving[0]?.aborted === true);
  }
  return { wish, url, fromMs, toMs: nowUnixMs(), ending, replica, queue };
}

function post(url: string, { id, pool, prompt, tokens, isStream }: Wish, signal: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    // A connection each: one that a killed node left behind would be somebody else's trouble.
    keepalive: false,
    signal,
    body: JSON.stringify({
      model: pool,
      stream: isStream,
      ...(isStream ? { stream_options: { include_usage: true } } : {}),
      max_tokens: tokens,
      ignore_eos: true,
      // No two bodies alike: what was met in the deaths of one is held against no other.
      user: id,
      messages: [{ role: 'user', content: prompt }],
    }),
  });
}

function withoutAnswer(error: unknown, isSilent: boolean, hasLeft: boolean): Ending {
  if (hasLeft) return { is: 'left' };
  if (isSilent) return { is: 'wrong', because: `no ending within ${ANSWER_LIMIT_MS / 1000} s` };
  return { is: 'cut', because: String(error) };
}

function endingOf(response: Response, text: string, wish: Wish): Ending {
  const echoed = response.headers.get('x-request-id');
  if (echoed !== wish.id) return { is: 'wrong', because: `answer to ${echoed} for ${wish.id}: ${text.slice(0, 200)}` };
  if (!response.ok) return refusalOf(response, text);
  return wish.isStream ? streamOf(text, wish.tokens) : wholeOf(text, wish.tokens);
}

function refusalOf({ status, headers }: Response, text: string): Ending {
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1];
  if (code === undefined) return { is: 'wrong', because: `${status} ${text}` };
  return { is: 'refused', status, code, reason: headers.get('x-ssw-reject-reason') };
}

function wholeOf(text: string, tokens: number): Ending {
  const told = Number(/"completion_tokens":(\d+)/.exec(text)?.[1]);
  if (told !== tokens) return { is: 'wrong', because: `${told} tokens for ${tokens}: ${text.slice(0, 500)}` };
  return { is: 'completed', content: contentIn(text) };
}

/** A stream has one beginning, one id, and one of two endings: `[DONE]` or an error. */
function streamOf(text: string, tokens: number): Ending {
  const events = text.split('\n\n').filter((it) => it.startsWith('data: '));
  const errors = events.filter((it) => it.startsWith('data: {"error"'));
  const dones = events.filter((it) => it === 'data: [DONE]').length;
  const ids = new Set(events.map((it) => /"id":"([^"]+)"/.exec(it)?.[1]).filter((it) => it !== undefined)).size;
  const beginnings = events.filter((it) => it.includes('"role":"assistant"')).length;
  const told = Number(/"completion_tokens":(\d+)/.exec(text)?.[1]);
  const last = events.at(-1) ?? '';
  if (dones + errors.length === 0) return { is: 'cut', because: `no ending: …${text.slice(-300)}` };
  if (ids > 1 || beginnings > 1 || dones + errors.length > 1) {
    const because = `${ids} ids, ${beginnings} beginnings, ${dones} [DONE], ${errors.length} errors, …${text.slice(-300)}`;
    return { is: 'wrong', because };
  }
  if (last === 'data: [DONE]' && told === tokens) return { is: 'completed', content: contentIn(text) };
  const code = /"code":"([a-z_]+)"/.exec(last)?.[1];
  if (last === errors[0] && code !== undefined) return { is: 'broken_off', code, content: contentIn(text) };
  return { is: 'wrong', because: `${told} tokens for ${tokens}, last event ${last}` };
}

/** What the model said, its pieces put together. */
const contentIn = (text: string): string =>
  Array.from(text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g), ([, piece = '']) => piece).join('');
