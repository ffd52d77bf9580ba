/** What one client saw, in the end, of one streamed request. Exactly one of the first three is right. */
export type Seen =
  | 'completed' // all tokens, then [DONE]
  | 'error_event' // began, then `data: {"error"…}` and no [DONE]
  | 'refused' // an HTTP error in OpenAI's shape
  | 'wrong'; // anything else: silence, both endings, bytes of two executions

/** One client's account. */
export interface Account {
  readonly seen: Seen;
  readonly detail: string;
}

/** Sends one streamed request of exactly `tokens` tokens and judges what comes. */
export async function streamOnce(url: string, model: string, tokens: number): Promise<Account> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: tokens,
      ignore_eos: true,
      messages: [{ role: 'user', content: `Tell me about ${model}` }],
    }),
  });
  const text = await response.text();
  return response.ok ? judgeStream(text, tokens) : judgeRefusal(response.status, text);
}

function judgeRefusal(status: number, text: string): Account {
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1];
  return code === undefined
    ? { seen: 'wrong', detail: `${status} ${text}` }
    : { seen: 'refused', detail: `${status} ${code}` };
}

function judgeStream(text: string, tokens: number): Account {
  const events = text.split('\n\n').filter((it) => it.startsWith('data: '));
  const done = events.filter((it) => it === 'data: [DONE]').length;
  const errors = events.filter((it) => it.startsWith('data: {"error"')).length;
  const ids = new Set(events.map((it) => /"id":"([^"]+)"/.exec(it)?.[1]).filter((it) => it !== undefined));
  const beginnings = events.filter((it) => it.includes('"role":"assistant"')).length;
  const told = Number(/"completion_tokens":(\d+)/.exec(text)?.[1] ?? Number.NaN);
  const detail = `${events.length} events, ${done} [DONE], ${errors} errors, ${ids.size} ids, ${beginnings} beginnings, ${told} tokens; …${text.slice(-200)}`;
  if (ids.size > 1 || beginnings > 1) return { seen: 'wrong', detail };
  if (done === 1 && errors === 0 && events.at(-1) === 'data: [DONE]' && told === tokens)
    return { seen: 'completed', detail };
  if (done === 0 && errors === 1 && events.at(-1)?.startsWith('data: {"error"') === true)
    return { seen: 'error_event', detail };
  return { seen: 'wrong', detail };
}

/** Keeps `clients` streams open until told to stop; then waits for the last and returns every account. */
export function keepStreaming(
  url: string,
  clients: number,
  tokens: number,
): { stop(): Promise<readonly Account[]>; accounts: readonly Account[] } {
  const accounts: Account[] = [];
  let going = true;
  const client = async (index: number) => {
    while (going) {
      const model = index % 2 === 0 ? 'heavy' : 'light';
      const account = await streamOnce(url, model, tokens).catch((cause: unknown): Account => ({
        seen: 'wrong',
        detail: String(cause),
      }));
      accounts.push(account);
      // Refused clients come back at once; a real one would wait as retry-after says.
      if (account.seen === 'refused') await Bun.sleep(100);
    }
  };
  const all = Array.from({ length: clients }, (_, index) => client(index));
  return {
    accounts,
    async stop() {
      going = false;
      await Promise.all(all);
      return accounts;
    },
  };
}
