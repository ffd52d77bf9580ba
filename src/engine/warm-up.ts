import type { Clock } from '../telemetry/index.ts';
import type { EngineClient } from './protocol.ts';

/** The shortest completion that goes through tokenizer, scheduler, model and sampler. */
const WARM_UP_TOKENS = 1;

export type WarmUp = { readonly ok: true } | { readonly ok: false; readonly cause: string };

/**
 * One short completion through the real path: the first after a start can take ten seconds (kernels, graphs), and an
 * engine that answers nonsense or never a token is not ready. `signal` gives up early.
 */
export async function warmUp(
  client: EngineClient,
  model: string,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<WarmUp> {
  const deadline = new AbortController();
  const cancel = clock.after(timeoutMs, () => deadline.abort());
  try {
    const reply = await client.send({
      path: '/v1/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, prompt: 'Hello', max_tokens: WARM_UP_TOKENS, temperature: 0 }),
      signal: AbortSignal.any([deadline.signal, signal]),
    });
    if (!reply.ok) return { ok: false, cause: deadline.signal.aborted ? late(timeoutMs) : `it was ${reply.failure}` };
    return judge(reply.status, Buffer.concat(await Array.fromAsync(reply.body)).toString('utf8'));
  } catch (cause) {
    return { ok: false, cause: deadline.signal.aborted ? late(timeoutMs) : `the answer broke off: ${String(cause)}` };
  } finally {
    cancel();
  }
}

const late = (timeoutMs: number) => `no answer within ${timeoutMs} ms`;

function judge(status: number, text: string): WarmUp {
  if (status !== 200) return { ok: false, cause: `status ${status}: ${text.slice(0, 300)}` };
  return /"completion_tokens":\s*[1-9]/.test(text) ? { ok: true } : { ok: false, cause: 'an answer without a token' };
}
