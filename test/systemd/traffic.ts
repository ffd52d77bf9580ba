/**
 * Streams of completions, so many at once, until SIGTERM: `bun run traffic.ts URL STREAMS`. Then what runs is awaited, and
 * a summary goes to stdout as JSON. Failed is whatever an OpenAI client would not have taken for a whole answer; duplicated,
 * an answer with words of two.
 */

const MAX_TOKENS = 24;
const KEPT_WORDS = 5;
/** One after the other, so that the node has seen every load when a change comes. */
const RAMP_MS = 40;
/** Enough is known then; and a node that is gone is not asked for ever. */
const FAILURES_MAX = 1000;
const [url = '', streams = '1'] = process.argv.slice(2);

interface Summary {
  finished: number;
  failed: number;
  duplicated: number;
  /** Answers by the model that gave them. */
  readonly models: Record<string, number>;
  /** The first few failures, in words. */
  readonly words: string[];
}

interface Chunk {
  readonly id?: string;
  readonly model?: string;
  readonly error?: { readonly message: string };
  readonly usage?: { readonly completion_tokens: number } | null;
  readonly choices?: readonly {
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly finish_reason: string | null;
  }[];
}

const summary: Summary = { finished: 0, failed: 0, duplicated: 0, models: {}, words: [] };
let goesOn = true;
process.on('SIGTERM', () => {
  goesOn = false;
});

async function ask(turn: number): Promise<readonly Chunk[]> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'heavy',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: MAX_TOKENS,
      ignore_eos: true,
      messages: [{ role: 'user', content: `Count to ${turn}.` }],
    }),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  const data = text.split('\n').filter((it) => it.startsWith('data: '));
  if (data.at(-1) !== 'data: [DONE]') throw new Error(`ends with ${data.at(-1) ?? 'nothing'}`);
  return data.slice(0, -1).map((it): Chunk => JSON.parse(it.slice('data: '.length)));
}

function check(chunks: readonly Chunk[]): void {
  const error = chunks.find((it) => it.error !== undefined)?.error;
  if (error !== undefined) throw new Error(error.message);
  const choices = chunks.flatMap((it) => it.choices ?? []);
  const ends = choices.filter((it) => it.finish_reason !== null).length;
  const tokens = chunks.findLast((it) => it.usage)?.usage?.completion_tokens;
  if (tokens !== MAX_TOKENS) throw new Error(`${tokens ?? 'no'} tokens where ${MAX_TOKENS} were asked for`);
  const ids = new Set(chunks.map((it) => it.id));
  const beginnings = choices.filter((it) => it.delta.role !== undefined).length;
  if (ids.size !== 1 || beginnings !== 1 || ends !== 1) summary.duplicated += 1;
}

async function keepAsking(worker: number): Promise<void> {
  await Bun.sleep(worker * RAMP_MS);
  for (let turn = 1; goesOn; turn += 1) {
    try {
      const chunks = await ask(worker * 1000 + turn);
      check(chunks);
      const model = chunks[0]?.model ?? 'none';
      summary.models[model] = (summary.models[model] ?? 0) + 1;
      summary.finished += 1;
    } catch (error) {
      summary.failed += 1;
      if (summary.failed >= FAILURES_MAX) goesOn = false;
      if (summary.words.length < KEPT_WORDS) summary.words.push(String(error));
    }
  }
}

await Promise.all(Array.from({ length: Number(streams) }, (_, worker) => keepAsking(worker)));
process.stdout.write(`${JSON.stringify(summary)}\n`);
