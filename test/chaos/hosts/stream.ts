/** A stream and when its events came. */
interface Followed {
  events(): number;
  isOver(): boolean;
  longestGapMs(): number;
  /** Reads on to its end. */
  end(): Promise<{ readonly whole: boolean }>;
}

/** Asks for a stream of `tokens` tokens and reads it as it comes. */
export async function followStream(url: string, model: string, tokens: number): Promise<Followed> {
  const messages = [{ role: 'user', content: 'Tell a long story' }];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, max_tokens: tokens, ignore_eos: true, messages }),
  });
  let text = '';
  let events = 0;
  let over = false;
  let lastMs = performance.now();
  let gapMs = 0;
  async function read(): Promise<void> {
    for await (const bytes of response.body ?? []) {
      const piece = new TextDecoder().decode(bytes);
      gapMs = Math.max(gapMs, performance.now() - lastMs);
      lastMs = performance.now();
      events += piece.split('data: ').length - 1;
      text += piece;
    }
    over = true;
  }
  const reading = read();
  return {
    events: () => events,
    isOver: () => over,
    longestGapMs: () => gapMs,
    async end() {
      await reading;
      return { whole: text.trimEnd().endsWith('data: [DONE]') && !text.includes('"error"') };
    },
  };
}
