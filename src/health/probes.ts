import type { HealthConfig } from '../config/index.ts';
import { parseEngineMetrics, sequencesMax, warmUp } from '../engine/index.ts';
import type { Endpoint, EngineClient, EngineMetrics, ReplicaPlan, WarmUp } from '../engine/index.ts';
import { deadlineSignal, type Clock, type Log, type Metrics } from '../telemetry/index.ts';
import type { Answer, Capacity, Question } from './state.ts';
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
export function ask(question: Question, post: Post): Promise<Answer> {
  const asking = { health: askHealth, warm_up: askWarmUp, token: askToken }[question.ask];
  return asking(post);
}

async function askHealth(post: Post): Promise<Answer> {
  const { effects, plan } = post;
  const inFlight = effects.inFlight(plan.replica.name);
  const [health, metrics] = await Promise.all([getHealth(post), inFlight > 0 ? getMetrics(post) : undefined]);
  return { to: 'health', sample: { atMs: effects.clock.nowMs(), health, inFlight, metrics } };
}

async function askWarmUp(post: Post): Promise<Answer> {
  const { clock } = post.effects;
  const result = await getToken('warm_up', WARM_UP_TIMEOUT_MS, post);
  if (!result.ok) return { to: 'warm_up', atMs: clock.nowMs(), failed: result.cause };
  const metrics = await getMetrics(post);
  if (metrics === undefined) return { to: 'warm_up', atMs: clock.nowMs(), failed: '/metrics was not answered' };
  return { to: 'warm_up', atMs: clock.nowMs(), capacity: capacityOf(metrics, post.plan) };
}

async function askToken(post: Post): Promise<Answer> {
  const { ok: came } = await getToken('token', post.limits.timeoutMs, post);
  const metrics = came ? undefined : await getMetrics(post);
  return { to: 'token', atMs: post.effects.clock.nowMs(), came, metrics };
}

async function getHealth(post: Post): Promise<HealthAnswer> {
  const timed = timer('health', post);
  const reply = await post.client.get('/health', post.limits.timeoutMs);
  if (reply.ok) return timed(reply.status === 200 ? 'ok' : 'unavailable');
  return timed(reply.failure);
}

/** Absent when not answered in time. */
async function getMetrics(post: Post): Promise<EngineMetrics | undefined> {
  const timed = timer('metrics', post);
  const reply = await post.client.get('/metrics', post.limits.timeoutMs);
  if (!reply.ok || reply.status !== 200) {
    timed(reply.ok ? 'unavailable' : reply.failure);
    return undefined;
  }
  timed('ok');
  return parseEngineMetrics(reply.text);
}

async function getToken(kind: 'warm_up' | 'token', timeoutMs: number, post: Post): Promise<WarmUp> {
  const timed = timer(kind, post);
  const deadline = deadlineSignal(post.effects.clock, timeoutMs);
  const signal = AbortSignal.any([deadline.signal, post.stopped]);
  const result = await warmUp(post.client, post.plan.pool.servedName, signal);
  deadline.cancel();
  timed(result.ok ? 'ok' : 'failed');
  return result;
}

function capacityOf({ kvTokens }: EngineMetrics, plan: ReplicaPlan): Capacity {
  const atOnce = sequencesMax(plan);
  const perSequence = plan.pool.maxModelLen ?? TOKENS_PER_SEQUENCE_FALLBACK;
  return { kvTokens: kvTokens ?? atOnce * perSequence, sequencesMax: atOnce };
}

/** Starts a measurement; the result ends it and is passed on. */
function timer(kind: string, { effects, plan }: Post): <R extends string>(result: R) => R {
  const startMs = effects.clock.nowMs();
  return (result) => {
    const seconds = (effects.clock.nowMs() - startMs) / 1000;
    effects.metrics.healthProbeSeconds.observe({ replica: plan.replica.name, kind, result }, seconds);
    return result;
  };
}
