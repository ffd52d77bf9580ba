import type { ReplicaPlan } from '../../../src/engine/index.ts';
import type { Capacity } from '../../../src/health/index.ts';
import type { RolloutRecord, Supervisor } from '../../../src/supervisor/index.ts';
import type { World } from '../../../src/supervisor/world.fixture.ts';
import type { Scene } from './scene.ts';

/** What one life of a node does is written down here, and held against the rules. */
export interface Books {
  launched(plan: ReplicaPlan): void;
  passed(name: string, what: 'gate' | 'judgement'): void;
  recorded(record: RolloutRecord): void;
  told(line: string): void;
  opened(name: string, capacity: Capacity, model: string): void;
  closed(name: string): void;
  /** Its engine is asked to end. */
  ended(name: string): void;
  /** An operator asked for it to be closed: nobody knows whether it comes back. */
  drained(name: string): void;
  /** The plan that each runs, or ran last. */
  readonly plans: ReadonlyMap<string, ReplicaPlan>;
}

export interface BooksRooms {
  readonly world: World;
  readonly supervisor: () => Supervisor;
  /** Replicas that an earlier life has moved. */
  readonly moved: ReadonlySet<string>;
}

/** States that a replica leaves for `ready` by itself. */
const COMING = new Set(['waiting_for_card', 'starting', 'warming', 'backoff', 'stopping', 'cleaning']);
const AT_REST = new Set(['pending', 'done', 'reverted', 'revert_failed']);

export function createBooks(scene: Scene, { world, supervisor, moved }: BooksRooms): Books {
  const { agenda, trace, change } = scene;
  const plans = new Map<string, ReplicaPlan>();
  const launches = new Map<string, number>();
  const passes = new Map<string, number>();
  /** What was taken up whole may be opened whole after a crash. */
  const taken = new Set<string>();
  const drained = new Set<string>();
  const closedAtMs = new Map<string, number>();
  let waitsBackSinceMs = Number.POSITIVE_INFINITY;

  const launchOf = (name: string): number => launches.get(name) ?? 0;
  const moveUnderWay = () =>
    supervisor()
      .rollout()
      ?.moves.find((it) => !AT_REST.has(it.stage));

  function isLeaving(name: string): boolean {
    const move = moveUnderWay();
    return move?.replica === name && (move.stage === 'draining' || move.stage === 'revert_draining');
  }

  function enoughServe(name: string): boolean {
    const status = supervisor().replicas();
    const pool = status.find((it) => it.name === name)?.pool ?? '';
    const others = status.filter((it) => it.pool === pool && it.name !== name);
    const serving = others.filter((it) => world.open.has(it.name)).length;
    const coming = others.filter((it) => isComing(it.name, it.state)).length;
    return serving >= (change.request.policies[pool]?.minReady ?? 0) || coming === 0;
  }

  function isComing(name: string, state: string): boolean {
    return COMING.has(state) && !drained.has(name) && plans.get(name)?.engine.kind !== 'external';
  }

  return {
    plans,
    launched(plan) {
      const { name } = plan.replica;
      plans.set(name, plan);
      launches.set(name, launchOf(name) + 1);
    },
    passed: (name, what) => void passes.set(`${name} ${what}`, launchOf(name)),
    recorded({ moves }) {
      const under = moves.filter((it) => !AT_REST.has(it.stage));
      if (under.length > 1) trace.broken('one', under.map((it) => `${it.replica} ${it.stage}`).join(', '));
    },
    told(line) {
      if (line.includes('is taken back next')) waitsBackSinceMs = agenda.nowMs();
    },
    opened(name, capacity, model) {
      const { hold } = change.request.policies[plans.get(name)?.poolName ?? ''] ?? {};
      if (model !== 'example/new' || moved.has(name) || taken.has(name)) return;
      const isPassed = (what: string): boolean => passes.get(`${name} ${what}`) === launchOf(name);
      if (!isPassed('gate')) trace.broken('gate', `${name} is opened without having passed its gate`);
      const isWhole = capacity.kvTokens >= 60_000;
      if (isWhole && hold !== undefined && !isPassed('judgement')) {
        trace.broken('gate', `${name} is opened whole without a judgement`);
      }
      if (isWhole) taken.add(name);
    },
    closed(name) {
      const move = moveUnderWay();
      const isOurs = isLeaving(name);
      if (isOurs) closedAtMs.set(name, agenda.nowMs());
      else closedAtMs.delete(name); // whoever else closed it has its own time for that
      const state = supervisor()
        .replicas()
        .find((it) => it.name === name)?.state;
      if (move === undefined || !isOurs || state !== 'draining') return;
      const timeoutMs = change.request.policies[move.pool]?.startTimeoutMs ?? 0;
      if (agenda.nowMs() - waitsBackSinceMs > timeoutMs - 1) return; // it has waited long enough
      if (!enoughServe(name)) trace.broken('ready', `${name} is taken down, and another one is still to come`);
    },
    ended(name) {
      const sinceMs = closedAtMs.get(name);
      if (sinceMs === undefined || !isLeaving(name) || (world.inFlight.get(name) ?? 0) === 0) return;
      const plan = plans.get(name);
      const { drainTimeoutMs } = change.request.policies[plan?.poolName ?? ''] ?? {};
      const limitMs = drainTimeoutMs ?? plan?.replica.restart.drainTimeoutMs ?? 0;
      const drainedMs = agenda.nowMs() - sinceMs;
      if (drainedMs < limitMs - 1) trace.broken('drain', `${name} ends with requests on it after ${drainedMs} ms`);
    },
    drained: (name) => void drained.add(name),
  };
}
