import { requestBytes } from '../overhead/load/request.ts';
import type { Target } from '../overhead/targets/target.ts';

const ANSWER_LIMIT_MS = 10_000;

/** The benchmark's request for a whole answer, once. Status 0 where there is no answer. */
export async function askOnce(
  target: Omit<Target, 'processes' | 'documentBytes'>,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const text = Buffer.from(requestBytes({ ...target, kind: 'requests', tokens: 32 })).toString();
  const [head = '', body] = text.split('\r\n\r\n');
  const lines = head.split('\r\n').slice(1);
  const headers = Object.fromEntries(lines.map((it) => [it.slice(0, it.indexOf(':')), it.slice(it.indexOf(':') + 2)]));
  const url = `http://127.0.0.1:${target.port}${target.path ?? ''}/v1/chat/completions`;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    const reply = await fetch(url, { method: 'POST', headers, body: body ?? '', signal: limit });
    return { status: reply.status, body: await reply.text() };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 0, body: String(error) };
  }
}
