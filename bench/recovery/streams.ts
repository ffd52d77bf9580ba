import { nowUnixMicroseconds } from '../overhead/clock.ts';

const STREAMS = 8;
/** Longer than a round. */
const TOKENS = 8000;
const REFUSED_PAUSE_MS = 10;

/** Streams that keep the engines busy. */
export interface Streams {
  /** Whether a stream of `replica` has begun to speak and goes on. */
  runOn(replica: string): boolean;
  /** When the first stream of `replica` after `sinceMs` told its client of the engine's death; absent so far. */
  brokenAt(replica: string, sinceMs: number): number | undefined;
  stop(): Promise<void>;
}

/** Keeps streams open; one that ends is followed by the next. */
export function keepBusy(url: string): Streams {
  const left = new AbortController();
  const broken: { replica: string; atMs: number }[] = [];
  const begun = new Map<symbol, string>();

  async function one(id: symbol): Promise<void> {
    // No two alike: one that is met in several engines' deaths is taken for their cause.
    const messages = [{ role: 'user', content: `Count ${crypto.randomUUID()}` }];
    const body = { model: 'bench', stream: true, max_tokens: TOKENS, ignore_eos: true, messages };
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: left.signal,
    });
    const replica = response.headers.get('x-ssw-replica') ?? '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      begun.set(id, replica);
      const isError = decoder.decode(bytes, { stream: true }).includes('data: {"error"');
      if (isError) broken.push({ replica, atMs: nowUnixMicroseconds() / 1000 });
    }
  }

  async function client(): Promise<void> {
    while (!left.signal.aborted) {
      const id = Symbol('stream');
      await one(id).catch(() => Bun.sleep(REFUSED_PAUSE_MS));
      begun.delete(id);
    }
  }

  const all = Array.from({ length: STREAMS }, client);
  return {
    runOn: (replica) => [...begun.values()].includes(replica),
    brokenAt: (replica, sinceMs) => broken.find((it) => it.replica === replica && it.atMs >= sinceMs)?.atMs,
    async stop() {
      left.abort();
      await Promise.all(all);
    },
  };
}
