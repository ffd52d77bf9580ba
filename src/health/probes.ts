import type { HealthConfig } from '../config/index.ts';
import { parseEngineMetrics, sequencesMax } from '../engine/index.ts';
import type { Endpoint, EngineClient, EngineMetrics, ReplicaPlan } from '../engine/index.ts';
import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import { LOOKS, type Look, type Question } from './question.ts';
import type { Sample, Scrape } from './sample.ts';
import type { Answer, Capacity } from './state.ts';
import { askForToken } from './token.ts';
import type { HealthAnswer } from './verdict.ts';

/** What health does to the world and asks of other rooms. */
export interface WatchEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'healthProbeSeconds'>;
  /** A client for one life of an engine; closed when its watch stops. */
  open(endpoint: Endpoint): EngineClient;
  /** Requests granted to a replica and not finished. */
  inFlight(replica: string): number;
}

/** What the probes of one watch work with. */
export interface Post {
  readonly effects: WatchEffects;
  readonly limits: HealthConfig;
  readonly plan: ReplicaPlan;
  readonly client: EngineClient;
  /** Ends every probe. */
  readonly stopped: AbortSignal;
}

/** How long one warm-up may take: the first completion after a start takes ten seconds on a slow machine. */
const WARM_UP_TIMEOUT_MS = 60_000;

/** Tokens per request where neither the engine tells its capacity nor the config a `max_model_len`. */
const TOKENS_PER_SEQUENCE_FALLBACK = 4096;

/** Puts one question to an engine. Never throws: whatever goes wrong is an answer. */
export async function ask(question: Question['ask'], post: Post): Promise<Answer> {
  const { clock } = post.effects;
  if (question === 'glance') return { to: 'glance', atMs: clock.nowMs(), inFlight: inFlightOf(post) };
  if (question === 'warm_up') return askWarmUp(post);
  if (question !== 'start') return { to: 'look', sample: await look(question, post) };
  const health = await getHealth(post);
  return { to: 'start', atMs: clock.nowMs(), health };
}

/** All at once, so that a round lasts no longer than one timeout. `/metrics` is long: nobody reads it of an idle engine. */
async function look(level: Look, post: Post): Promise<Sample> {
  const { clock } = post.effects;
  const askedAtMs = clock.nowMs();
  const inFlight = inFlightOf(post);
  const parts = LOOKS[level];
  const [health, scrape, token] = await Promise.all([
    getHealth(post),
    inFlight > 0 || parts.has('progress') ? getMetrics(post) : undefined,
    parts.has('token') ? timedToken('token', post.limits.timeoutMs, post) : undefined,
  ]);
  return { askedAtMs, atMs: clock.nowMs(), health, inFlight, scrape, token: token?.met };
}

async function askWarmUp(post: Post): Promise<Answer> {
  const { clock } = post.effects;
  const { cause } = await timedToken('warm_up', WARM_UP_TIMEOUT_MS, post);
  if (cause !== undefined) return { to: 'warm_up', atMs: clock.nowMs(), failed: cause };
  const scrape = await getMetrics(post);
  if (scrape === undefined) return { to: 'warm_up', atMs: clock.nowMs(), failed: '/metrics was not answered' };
  return { to: 'warm_up', atMs: clock.nowMs(), capacity: capacityOf(scrape.metrics, post.plan) };
}

async function timedToken(kind: 'warm_up' | 'token', timeoutMs: number, post: Post) {
  const timed = timer(kind, post);
  const { effects, client, plan, stopped } = post;
  const result = await askForToken(client, plan.pool.servedName, effects.clock, timeoutMs, stopped);
  timed(result.met === 'came' ? 'ok' : result.met);
  return result;
}

async function getHealth(post: Post): Promise<HealthAnswer> {
  const timed = timer('health', post);
  const reply = await post.client.get('/health', post.limits.timeoutMs);
  if (reply.ok) return timed(reply.status === 200 ? 'ok' : 'unavailable');
  return timed(reply.failure);
}

/** Absent when not answered in time. An engine of another make may have no such page: then it says nothing. */
async function getMetrics(post: Post): Promise<Scrape | undefined> {
  const { clock } = post.effects;
  const timed = timer('metrics', post);
  const askedAtMs = clock.nowMs();
  const reply = await post.client.get('/metrics', post.limits.timeoutMs);
  timed(reply.ok ? (reply.status === 200 ? 'ok' : 'unavailable') : reply.failure);
  if (!reply.ok) return undefined;
  return { askedAtMs, atMs: clock.nowMs(), metrics: parseEngineMetrics(reply.status === 200 ? reply.text : '') };
}

function capacityOf({ kvTokens }: EngineMetrics, plan: ReplicaPlan): Capacity {
  const atOnce = sequencesMax(plan);
  const perSequence = plan.pool.maxModelLen ?? TOKENS_PER_SEQUENCE_FALLBACK;
  return { kvTokens: kvTokens ?? atOnce * perSequence, sequencesMax: atOnce };
}

const inFlightOf = ({ effects, plan }: Post): number => effects.inFlight(plan.replica.name);

/** Starts a measurement; the result ends it and is passed on. */
function timer(kind: string, { effects, plan }: Post): <R extends string>(result: R) => R {
  const startMs = effects.clock.nowMs();
  return (result) => {
    const seconds = (effects.clock.nowMs() - startMs) / 1000;
    effects.metrics.healthProbeSeconds.observe({ replica: plan.replica.name, kind, result }, seconds);
    return result;
  };
}
