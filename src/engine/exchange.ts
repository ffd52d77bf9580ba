import { attempt, type Outbound } from './attempt.ts';
import type { Connections } from './connections.ts';
import type { EngineReply } from './protocol.ts';

/**
 * Sends a request and answers at the status line. An engine drops a connection that idles (vLLM after
 * `VLLM_HTTP_TIMEOUT_KEEP_ALIVE`), which a request may meet on its way out; it is sent once more then, on a fresh
 * connection. Where nobody listens any more it was the engine that died, perhaps of this very request: `reset`.
 */
export async function exchange(outbound: Outbound, connections: Connections): Promise<EngineReply> {
  const first = await attempt(outbound, connections, 'pooled');
  if (!first.stale) return first.reply;
  const { reply } = await attempt(outbound, connections, 'fresh');
  return reply.ok || reply.failure === 'aborted' || reply.failure === 'exhausted' ? reply : first.reply;
}

/** Sends a request on a connection of its own: whether somebody listens is what it is to find out. */
export async function exchangeFresh(outbound: Outbound, connections: Connections): Promise<EngineReply> {
  return (await attempt(outbound, connections, 'fresh')).reply;
}
