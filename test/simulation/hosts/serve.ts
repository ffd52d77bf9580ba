import type { Admission, Failure, Grant, Outgoing, Reply, Ticket } from '../../../src/queue/index.ts';
import { delay } from '../../../src/telemetry/index.ts';
import type { Process } from './process.ts';

/** A client's end of its request. */
export interface Client {
  /** Aborts when it leaves. */
  readonly signal: AbortSignal;
  /** How long it takes for each piece. */
  readonly msPerPiece: number;
  readonly shown: (text: string) => void;
}

/** A request as a gateway has it. */
export interface Request {
  readonly ticket: Ticket;
  readonly body: string;
  readonly client: Client;
}

/** More than any of them asks for: so each is expected to use all that it asks for, and its cost is known beforehand. */
const COMPLETION_TOKENS = 100;

/** Serves a request as the gateway does: what failed before a byte was shown runs again. Says how it ended. */
export async function serve({ queue, clock, waiting }: Process, { ticket, body, client }: Request): Promise<string> {
  const { signal } = client;
  const during = async (admission: Promise<Admission>): Promise<Admission> => {
    waiting.add(ticket.id);
    return admission.finally(() => waiting.delete(ticket.id));
  };
  let admission = await during(queue.acquire(ticket, signal));
  for (;;) {
    if (!admission.ok) return admission.refusal.reason;
    const { grant } = admission;
    const outgoing: Outgoing = { path: '/v1/chat/completions', body, headers: {}, signal };
    const how = await pass(grant, await grant.send(outgoing), client, (ms) => delay(clock, ms));
    if (how === 'whole' || how === 'left' || how === 'broken') return how;
    admission = await during(grant.giveBack(how));
  }
}

/** Passes an answer on; says how that went, or how the engine failed before a byte was shown. */
async function pass(
  grant: Grant,
  reply: Reply,
  { signal, msPerPiece, shown }: Client,
  wait: (ms: number) => Promise<void>,
): Promise<'whole' | 'left' | 'broken' | Failure> {
  if (!reply.ok) return signal.aborted ? leave(grant) : FAILURES[reply.failure];
  let isShown = false;
  try {
    for await (const piece of reply.body) {
      grant.received();
      if (signal.aborted) return leave(grant);
      isShown = true;
      shown(new TextDecoder().decode(piece));
      if (msPerPiece > 0) await wait(msPerPiece);
    }
  } catch {
    if (signal.aborted) return leave(grant);
    if (!isShown) return 'connection_broke';
    grant.finish('connection_broke');
    return 'broken';
  }
  if (signal.aborted) return leave(grant);
  grant.finish('completed', { prompt: grant.ticket.size.promptTokens, completion: COMPLETION_TOKENS, cached: 0 });
  return 'whole';
}

function leave(grant: Grant): 'left' {
  grant.finish('client_gone');
  return 'left';
}

const FAILURES: Readonly<Record<Extract<Reply, { readonly ok: false }>['failure'], Failure>> = {
  refused: 'engine_unreached',
  reset: 'connection_broke',
  exhausted: 'engine_unreached',
  unwritable: 'connection_broke',
  aborted: 'connection_broke',
  timed_out: 'connection_broke',
};
