import type { HealthConfig } from '../config/index.ts';
import { describeAnswer, excerpt, parseEngineMetrics } from '../engine/index.ts';
import type { Endpoint, EngineClient, EngineDocument, EngineLoad, ReplicaPlan } from '../engine/index.ts';
import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import { absurdKvTokens, capacityOf, KV_TOKENS_MAX } from './capacity.ts';
import { LOOKS, type Look, type Question } from './question.ts';
import type { Scrape } from './sample.ts';
import type { Answer } from './state.ts';
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
  /** What the metrics of a proven engine said of its load: each time they were read. */
  loaded(replica: string, load: EngineLoad): void;
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

/** Why nothing can be asked, and what to do about it. */
const EXHAUSTED =
  'no file descriptors, ports or memory are left for a connection of our own; raise LimitNOFILE (systemd) or `ulimit -n`';

/** Puts one question to an engine. Never throws: whatever goes wrong is an answer. */
export async function ask(question: Question['ask'], post: Post): Promise<Answer> {
  const { clock } = post.effects;
  if (question === 'glance') return { to: 'glance', atMs: clock.nowMs(), inFlight: inFlightOf(post) };
  if (question === 'warm_up') return askWarmUp(post);
  return question === 'start' ? askStart(post) : look(question, post);
}

async function askStart(post: Post): Promise<Answer> {
  const { health, said } = await getHealth(post);
  if (health === 'exhausted') return blind(post);
  // One of ours listens only when its model is loaded.
  const isUsual = health === 'ok' || (health === 'refused' && post.plan.engine.kind !== 'external');
  return { to: 'start', atMs: post.effects.clock.nowMs(), health, why: isUsual ? undefined : `/health: ${said}` };
}

const blind = ({ effects }: Post): Answer => ({ to: 'blind', atMs: effects.clock.nowMs(), because: EXHAUSTED });

/** All at once, so that a round lasts no longer than one timeout. `/metrics` is long: nobody reads it of an idle engine. */
async function look(level: Look, post: Post): Promise<Answer> {
  const { clock } = post.effects;
  const askedAtMs = clock.nowMs();
  const inFlight = inFlightOf(post);
  const parts = LOOKS[level];
  const [{ health }, scrape, token] = await Promise.all([
    getHealth(post),
    inFlight > 0 || parts.has('progress') ? getMetrics(post) : undefined,
    parts.has('token') ? timedToken('token', post.limits.timeoutMs, post) : undefined,
  ]);
  if (health === 'exhausted' || scrape === 'exhausted' || token?.met === 'exhausted') return blind(post);
  if (scrape !== undefined) tellLoad(scrape, post);
  return { to: 'look', sample: { askedAtMs, atMs: clock.nowMs(), health, inFlight, scrape, token: token?.met } };
}

function tellLoad({ metrics }: Scrape, { effects, plan, stopped }: Post): void {
  const { waiting, preemptions, kvUsage } = metrics;
  if (!stopped.aborted) effects.loaded(plan.replica.name, { waiting, preemptions, kvUsage });
}

async function askWarmUp(post: Post): Promise<Answer> {
  const { clock } = post.effects;
  const { met, cause } = await timedToken('warm_up', WARM_UP_TIMEOUT_MS, post);
  if (met === 'exhausted') return blind(post);
  if (cause !== undefined) return { to: 'warm_up', atMs: clock.nowMs(), failed: cause };
  const scrape = await getMetrics(post);
  if (scrape === 'exhausted') return blind(post);
  if (scrape === undefined) return { to: 'warm_up', atMs: clock.nowMs(), failed: '/metrics was not answered' };
  doubt(scrape, post);
  return { to: 'warm_up', atMs: clock.nowMs(), capacity: capacityOf(scrape.metrics, post.plan) };
}

async function timedToken(kind: 'warm_up' | 'token', timeoutMs: number, post: Post) {
  const timed = timer(kind, post);
  const { effects, client, plan, stopped } = post;
  const result = await askForToken(client, plan.pool.servedName, effects.clock, timeoutMs, stopped);
  timed(result.met === 'came' ? 'ok' : result.met);
  return result;
}

/** An engine whose word on its room is not taken is said to be one. */
function doubt({ metrics }: Scrape, { effects, plan }: Post): void {
  const told = absurdKvTokens(metrics);
  if (told === undefined) return;
  const what = `a KV cache of ${told} tokens, which is not between 1 and ${KV_TOKENS_MAX}; what its config allows is used`;
  effects.log.warn({ replica: plan.replica.name, kvTokens: told }, `the engine tells of ${what}`);
}

/** With what it was, in words. */
async function getHealth(post: Post): Promise<{ health: HealthAnswer | 'exhausted'; said: string }> {
  const timed = timer('health', post);
  const reply = await post.client.get('/health', post.limits.timeoutMs);
  if (reply.ok) {
    return {
      health: timed(reply.status === 200 ? 'ok' : 'unavailable'),
      said: describeAnswer(reply.status, reply.text),
    };
  }
  return { health: timed(reply.failure), said: describeFailure(reply, post) };
}

type Unanswered = Extract<EngineDocument, { ok: false }>;

function describeFailure({ failure, cause }: Unanswered, { limits }: Post): string {
  const because = cause instanceof Error ? ` (${excerpt(cause.message)})` : '';
  if (failure === 'refused') return `no connection could be made${because}`;
  return failure === 'timed_out' ? `no answer within ${limits.timeoutMs / 1000} s` : `the connection broke${because}`;
}

/** Absent when not answered in time. An engine of another make may have no such page: then it says nothing. */
async function getMetrics(post: Post): Promise<Scrape | 'exhausted' | undefined> {
  const { clock } = post.effects;
  const timed = timer('metrics', post);
  const askedAtMs = clock.nowMs();
  const reply = await post.client.get('/metrics', post.limits.timeoutMs);
  timed(reply.ok ? (reply.status === 200 ? 'ok' : 'unavailable') : reply.failure);
  if (!reply.ok) return reply.failure === 'exhausted' ? 'exhausted' : undefined;
  return { askedAtMs, atMs: clock.nowMs(), metrics: parseEngineMetrics(reply.status === 200 ? reply.text : '') };
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
