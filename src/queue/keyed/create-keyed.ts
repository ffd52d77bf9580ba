import type { Clock, Log } from '../../telemetry/index.ts';
import { createByteBudget } from './byte-budget.ts';
import { awaitHead, keptBody, type KeptView } from './kept-body.ts';
import type { KeyedStore, Place } from './keyed-store.ts';
import type { Attached, Begun, Keyed, KeyedRequest } from './keyed.ts';
import { CLAIM_TRIES_MAX, DEAD_AFTER_MS, LIVE_BYTES_MAX, RUNNING_TTL_MS } from './limits.ts';
import { createLocalRuns, joinLocal } from './local-runs.ts';

/** What keyed requests need of the world. */
export interface KeyedEffects {
  readonly store: KeyedStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Text that is unique for ever: runs are named with it. */
  readonly newId: () => string;
  /** This node's name in the store. */
  readonly nodeName: string;
  /** How long an answer is kept: `queue.idempotency_ttl_s`. Read anew for each. */
  readonly ttlMs: number;
}

export function createKeyed(effects: KeyedEffects): Keyed {
  const { store, clock, log, newId, nodeName } = effects;
  const closing = new AbortController();
  const budget = createByteBudget(LIVE_BYTES_MAX);
  const local = createLocalRuns({
    store,
    clock,
    log,
    budget,
    closing: closing.signal,
    get ttlMs() {
      return effects.ttlMs;
    },
  });

  /** `undefined`: the key has changed hands in between. */
  async function attempt(request: KeyedRequest, place: Place, signal: AbortSignal): Promise<Begun | undefined> {
    const { fingerprint } = request;
    const viewOf = (run: string): KeptView => ({ place, run, store, clock, signal });
    const live = local.find(place);
    if (live !== undefined) return joinLocal(live, fingerprint, viewOf(live.run));
    await local.cleared(place);

    const run = `${nodeName}:${newId()}`;
    const claimed = await store.claim(place, { run, fingerprint, ttlMs: RUNNING_TTL_MS, deadAfterMs: DEAD_AFTER_MS });
    if (claimed.is === 'ours') return { is: 'fresh', recorder: local.start(place, run, fingerprint) };
    if (claimed.is === 'mismatch') return claimed;
    if (local.find(place)?.run === claimed.run) return undefined;
    if (claimed.state === 'unkept') return { is: 'unkept' };
    if (claimed.state === 'running') return { is: 'running', attach: () => attachKept(viewOf(claimed.run)) };
    return replayKept(viewOf(claimed.run));
  }

  return {
    async begin(request, signal) {
      const place = placeOf(request);
      try {
        for (let tries = 0; tries < CLAIM_TRIES_MAX && !closing.signal.aborted; tries += 1) {
          const begun = await attempt(request, place, signal);
          if (begun !== undefined) return begun;
        }
        return { is: 'unavailable', cause: new Error('the key changes hands faster than it can be asked for') };
      } catch (cause) {
        return { is: 'unavailable', cause };
      }
    },
    async close() {
      await local.close();
      closing.abort();
      store.close();
    },
  };
}

/** No key of one tenant can be made to hash like one of another. */
function placeOf({ tenant, key }: KeyedRequest): Place {
  const hash = new Bun.CryptoHasher('sha256').update(JSON.stringify([tenant, key])).digest('hex');
  return { tenant, hash };
}

async function attachKept(view: KeptView): Promise<Attached> {
  const head = (await awaitHead(view))?.head;
  return head === undefined ? { is: 'gone' } : { is: 'answer', answer: { ...head, body: keptBody(view, 0) } };
}

async function replayKept(view: KeptView): Promise<Begun | undefined> {
  const attached = await attachKept(view);
  return attached.is === 'gone' ? undefined : { is: 'replay', answer: attached.answer };
}
