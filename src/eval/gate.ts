import type { Prompt, PromptSet } from '../config/index.ts';
import { describeAnswer, readDocument, type Endpoint, type EngineClient, type ReplicaPlan } from '../engine/index.ts';
import type { Clock, Log } from '../telemetry/index.ts';
import type { Ask, Reply } from './ask-prompt.ts';
import type { EvalReport } from './report.ts';
import { runSet, type RunEffects } from './run-set.ts';

/** What a gate needs from around it. */
export interface GateEffects {
  /** A connection pool of the gate's own; it is closed at the end. */
  readonly open: (endpoint: Endpoint) => EngineClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whether a replica may open, and how it did. `cause` is one line. */
export type GateResult =
  | { readonly ok: true; readonly report: EvalReport }
  | { readonly ok: false; readonly cause: string; readonly report: EvalReport };

export type GateOptions = Partial<Pick<RunEffects, 'signal' | 'progress' | 'until'>>;

/** Judges one replica. Never rejects; ends within the set's time, or when the signal aborts. */
export type Gate = (plan: ReplicaPlan, options?: GateOptions) => Promise<GateResult>;

/**
 * A gate that a replica passes before it opens: the set's prompts go straight to its endpoint, past the queue, in which
 * it is closed. Stops at the first failure that decides, unless `until: 'end'`. Of answers only a short excerpt is told.
 */
export function createGate(set: PromptSet, { open, clock, log }: GateEffects): Gate {
  return async (plan, { signal, progress, until = 'decided' } = {}) => {
    const client = open(plan.endpoint);
    const has: Prompt['needs'] = plan.pool.toolCallParser === undefined ? [] : ['tool_call_parser'];
    const report = await runSet(set, { ask: askOf(client, plan), clock, has, until, signal, progress });
    client.close();
    const { passed, cause, prompts_passed, prompts_failed, duration_ms } = report;
    log.info(
      { replica: plan.replica.name, set: set.name, passed, prompts_passed, prompts_failed, duration_ms, cause },
      'eval',
    );
    return cause === null ? { ok: true, report } : { ok: false, cause, report };
  };
}

function askOf(client: EngineClient, plan: ReplicaPlan): Ask {
  const model = modelName(plan);
  return async ({ path, fields, signal }): Promise<Reply> => {
    const body = JSON.stringify({ ...fitted(fields, plan.pool.maxModelLen), model });
    try {
      const reply = await client.send({ path, headers: { 'content-type': 'application/json' }, body, signal });
      if (!reply.ok) return { ok: false, cause: `no answer came: ${reply.failure}` };
      const text = await readDocument(reply.body);
      if (reply.status !== 200) return { ok: false, cause: describeAnswer(reply.status, text) };
      return { ok: true, body: text };
    } catch (cause) {
      return { ok: false, cause: `the answer broke off: ${cause instanceof Error ? cause.message : String(cause)}` };
    }
  };
}

/** The name that the engine answers to: its pool's, or of an engine that somebody else runs the model's own. */
function modelName({ replica, pool, poolName }: ReplicaPlan): string {
  return replica.url === undefined ? poolName : pool.servedName;
}

/** Of a short context an answer gets at most this share: a set that is written for long ones asks for more. */
const ANSWER_SHARE_MAX = 0.5;

function fitted(fields: Prompt['fields'], maxModelLen: number | undefined): Prompt['fields'] {
  const { max_tokens: asked } = fields;
  if (typeof asked !== 'number' || maxModelLen === undefined) return fields;
  return { ...fields, max_tokens: Math.min(asked, Math.max(1, Math.floor(maxModelLen * ANSWER_SHARE_MAX))) };
}
