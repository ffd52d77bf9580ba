import type { Cluster, Redis } from 'ioredis';
import type { TestNode } from '../../support/node.ts';
import { createRandom } from '../../support/random.ts';
import { until } from '../../support/wait.ts';
import { learnAnswers, startLoad, type Answers, type Load } from '../storm/load.ts';
import { executionsOf } from './executions.ts';
import { footprintOf, growth, type Footprint } from './footprint.ts';
import { calm, isReady, startHost, type HostPlan } from './hosts.ts';
import { keysLeft } from './keys.ts';
import { crossed, executionProblems, problemsOf, type Allowed } from './verdict.ts';

/** Whose other half was on a host or behind a Redis that went away: it ends with an error, not in silence. */
export const broken: Allowed = ({ is, ...ending }) =>
  (is === 'broken_off' || is === 'refused') && 'code' in ending && ending.code === 'engine_failed';
export const nothing: Allowed = () => false;

const CLIENTS = 20;

/** Hosts under load, and all that is judged in the end. */
export interface Scene extends AsyncDisposable {
  start(plan: HostPlan): Promise<TestNode>;
  /** Ended with the scene, last come first. */
  use<T extends AsyncDisposable>(it: T): T;
  /** Waits until each of them serves every pool, and learns the right answers from the first. */
  ready(...hosts: TestNode[]): Promise<void>;
  /** Clients that ask any of these hosts, until the end. */
  load(seed: number, ...hosts: TestNode[]): Promise<Load>;
  /** Instead of an earlier one that has ended: clients ask it from now on. */
  replace(before: TestNode, host: TestNode): Promise<void>;
  /** Waits until so many more have their answer. */
  served(more?: number): Promise<void>;
  /** Ends the load, waits until these hosts and the store are calm, and tells what must not have been. */
  judged(allowed: Allowed, hosts: readonly TestNode[], redis: Redis | Cluster): Promise<readonly string[]>;
  /** Whether the engines still count what they ran: none has ended since the load began. */
  countsExecutions: boolean;
}

export function createScene(): Scene {
  const stack = new AsyncDisposableStack();
  const before = new Map<number, Footprint>();
  let answers: Answers = new Map();
  let counted: readonly TestNode[] = [];
  let executionsBefore = 0;
  let urls = new Map<TestNode, string>();
  let load: Load | undefined;
  const running = (): Load => {
    if (load === undefined) throw new Error('no load was started');
    return load;
  };
  const completed = (): number => running().accounts.filter(({ ending }) => ending.is === 'completed').length;

  const scene: Scene = {
    countsExecutions: true,
    start: async (plan) => stack.use(await startHost(plan)),
    use: (it) => stack.use(it),
    async ready(...hosts) {
      for (const host of hosts) await until('a host is ready', () => isReady(host), 30_000);
      answers = await learnAnswers((await hosts[0]?.url()) ?? '');
      counted = hosts;
      executionsBefore = await executionsOf(hosts);
      for (const host of hosts) before.set(host.pid, footprintOf(host));
    },
    async load(seed, ...hosts) {
      const random = createRandom(seed);
      urls = new Map(await Promise.all(hosts.map(async (it) => [it, await it.url()] as const)));
      load = startLoad(() => random.pick([...urls.values()]), CLIENTS, random);
      return load;
    },
    async replace(host, by) {
      urls.delete(host);
      urls.set(by, await by.url());
    },
    async served(more = 60) {
      const atFirst = completed();
      await until(`${more} more requests complete`, () => completed() >= atFirst + more, 60_000);
    },
    async judged(allowed, hosts, redis) {
      const { accounts, sent, stop } = running();
      await stop();
      await calm(hosts);
      const ran = scene.countsExecutions ? (await executionsOf(counted)) - executionsBefore : undefined;
      return [
        ...problemsOf(accounts, sent(), answers, allowed),
        ...(crossed(accounts) === 0 ? ['no request was answered by another host: nothing was tested'] : []),
        ...(ran === undefined ? [] : executionProblems(accounts, ran)),
        ...(await keysLeft(redis)),
        ...hosts.flatMap((it) => growth(before.get(it.pid) ?? footprintOf(it), footprintOf(it))),
      ];
    },
    async [Symbol.asyncDispose]() {
      await load?.stop();
      await stack.disposeAsync();
    },
  };
  return scene;
}
