import { warmUp, type EngineClient, type EngineReply } from '../engine/index.ts';
import { deadlineSignal, type Clock } from '../telemetry/index.ts';
import type { NoToken } from './verdict.ts';

/** What came of asking for one token, and where none came, why in words. */
export type TokenAnswer =
  { readonly met: 'came'; readonly cause: undefined } | { readonly met: NoToken; readonly cause: string } | Blind;

/** It could not be asked, for want of something of our own: that says nothing of the engine. */
export interface Blind {
  readonly met: 'exhausted';
  readonly cause: string;
}

/** Asks for one token the real way. Gives up, and with it the connection, after `timeoutMs` or when `stopped` aborts. */
export async function askForToken(
  client: EngineClient,
  model: string,
  clock: Clock,
  timeoutMs: number,
  stopped: AbortSignal,
): Promise<TokenAnswer> {
  const deadline = deadlineSignal(clock, timeoutMs);
  const signal = AbortSignal.any([deadline.signal, stopped]);
  let reply: EngineReply | undefined;
  const listening: EngineClient = { ...client, send: async (request) => (reply = await client.send(request)) };
  const result = await warmUp(listening, model, signal);
  deadline.cancel();
  if (result.ok) return { met: 'came', cause: undefined };
  if (signal.aborted) return { met: 'timed_out', cause: `no token within ${timeoutMs / 1000} s` };
  return { met: metIn(reply), cause: result.cause };
}

function metIn(reply: EngineReply | undefined): NoToken | 'exhausted' {
  if (reply?.ok === false && reply.failure === 'unwritable') return 'exhausted'; // as little a word of the engine
  if (reply?.ok === false && (reply.failure === 'refused' || reply.failure === 'exhausted')) return reply.failure;
  if (reply === undefined || !reply.ok) return 'reset';
  return reply.status >= 500 ? 'server_error' : 'nonsense';
}
