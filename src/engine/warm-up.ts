import { describeAnswer, excerpt } from './describe-answer.ts';
import { readDocument } from './document.ts';
import type { EngineClient } from './protocol.ts';

/** Whether a token came; if not, why, in words. */
export type WarmUp = { readonly ok: true } | { readonly ok: false; readonly cause: string };

/**
 * One token through tokenizer, scheduler, model and sampler. It warms an engine up, whose first answer can take ten
 * seconds, and proves a frozen one frozen, whose `/health` says 200 (vllm#36451). It asks for the token's own logprob,
 * for which vLLM compiles a kernel at the first request that asks (0.32.0, `v1/sample/ops/logprobs.py`): nobody else
 * gets a token meanwhile. Gives up when `signal` aborts.
 */
export async function warmUp(client: EngineClient, model: string, signal: AbortSignal): Promise<WarmUp> {
  const body = JSON.stringify({ model, prompt: 'Hello', max_tokens: 1, temperature: 0, logprobs: 0 });
  try {
    const headers = { 'content-type': 'application/json' };
    const reply = await client.send({ path: '/v1/completions', headers, body, signal });
    return reply.ok
      ? judge(reply.status, await readDocument(reply.body))
      : { ok: false, cause: `no answer came: ${reply.failure}` };
  } catch (cause) {
    return { ok: false, cause: signal.aborted ? 'aborted' : `the answer broke off: ${excerpt(String(cause))}` };
  }
}

function judge(status: number, text: string): WarmUp {
  if (status !== 200) return { ok: false, cause: describeAnswer(status, text) };
  if (/"completion_tokens":\s*[1-9]/.test(text)) return { ok: true };
  return { ok: false, cause: `an answer without a token: ${excerpt(text)}` };
}
