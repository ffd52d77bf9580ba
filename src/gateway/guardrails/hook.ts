import type { GuardrailHook } from '../../config/index.ts';
import { deadlineSignal, type Clock, type Metrics } from '../../telemetry/index.ts';
import { flowOf } from '../answer/body-flow.ts';
import { readWhole } from '../answer/read-whole.ts';
import { parseObject, recordsOf } from '../body/json.ts';

/** What an outside service said of a request, or why it said nothing. */
type HookResult = 'passed' | 'flagged' | HookFailure;
type HookFailure = 'timed_out' | 'unreachable' | 'bad_reply' | 'busy' | 'too_large';

/** An outside service that judges texts. */
export interface Hook {
  /** Asks it of one request. Never throws. */
  ask(texts: readonly string[], requestId: string, gone: AbortSignal): Promise<HookResult>;
}

interface HookRooms {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'guardrailHook' | 'guardrailHookSeconds'>;
  readonly fetch: (url: string, init: BunFetchRequestInit) => Promise<Response>;
}

/** Longest answer that is read: one verdict for each text. */
const REPLY_BYTES_MAX = 1_048_576;

/**
 * Asks as OpenAI's moderations endpoint is asked: `{"input": [texts]}`; `flagged` in any of the `results` refuses
 * (OpenAI API reference, "Create moderation").
 */
export function createHook(settings: GuardrailHook, { clock, metrics, fetch }: HookRooms): Hook {
  const { url, timeoutMs, inFlightMax, textBytesMax } = settings;
  let inFlight = 0;

  async function exchange(body: string, requestId: string, gone: AbortSignal): Promise<HookResult> {
    const deadline = deadlineSignal(clock, timeoutMs);
    const startedMs = clock.nowMs();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', 'x-request-id': requestId },
        body,
        redirect: 'error',
        signal: AbortSignal.any([deadline.signal, gone]),
      });
      if (!response.ok || response.body === null) return 'bad_reply';
      const reply = await readWhole(flowOf(response.body), REPLY_BYTES_MAX);
      return reply === undefined ? 'bad_reply' : verdictOf(reply.toString('utf8'));
    } catch {
      return deadline.signal.aborted ? 'timed_out' : 'unreachable';
    } finally {
      deadline.cancel();
      metrics.guardrailHookSeconds.observe((clock.nowMs() - startedMs) / 1000);
    }
  }
  async function judge(texts: readonly string[], requestId: string, gone: AbortSignal): Promise<HookResult> {
    if (inFlight >= inFlightMax) return 'busy';
    const body = JSON.stringify({ input: texts });
    if (Buffer.byteLength(body) > textBytesMax) return 'too_large';
    inFlight += 1;
    try {
      return await exchange(body, requestId, gone);
    } finally {
      inFlight -= 1;
    }
  }

  return {
    async ask(texts, requestId, gone) {
      const result = await judge(texts, requestId, gone);
      metrics.guardrailHook.inc({ result });
      return result;
    },
  };
}

function verdictOf(text: string): HookResult {
  const results = recordsOf(parseObject(text)?.['results']);
  if (results.length === 0 || results.some((it) => typeof it['flagged'] !== 'boolean')) return 'bad_reply';
  return results.some((it) => it['flagged'] === true) ? 'flagged' : 'passed';
}
