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

export const CLIENTS = 20;

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
  /**
   * Executions that may have been repeated: what runs for another host when the two lose each other runs again, unheard
   * to its end, if its client has seen nothing. `undefined` where engines end, and with them their counts.
   */
  repeatedMax: number | undefined;
}

export function createScene(): Scene {
  const stack = new AsyncDisposableStack();
  const before = new Map<number, Footprint>();
  let answers: Answers = new Map();
  let counted: readonly TestNode[] = [];
  let executionsBefore = 0;
  let urls = new Map<TestNode, string>();
  /** Hosts' names, by where they listen. */
  const names = new Map<string, string>();
  let load: Load | undefined;
  const running = (): Load => {
    if (load === undefined) throw new Error('no load was started');
    return load;
  };
  const completed = (): number => running().accounts.filter(({ ending }) => ending.is === 'completed').length;

  const scene: Scene = {
    repeatedMax: 0,
    async start(plan) {
      const host = stack.use(await startHost(plan));
      names.set(await host.url(), plan.name);
      return host;
    },
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
      const ended = running();
      await ended.stop();
      const { accounts } = ended;
      await calm(hosts);
      const { repeatedMax } = scene;
      const ran = repeatedMax === undefined ? 0 : (await executionsOf(counted)) - executionsBefore;
      return [
        ...problemsOf(accounts, ended.sent(), answers, allowed),
        ...(crossed(accounts, names) === 0 ? ['no request was answered by another host: nothing was tested'] : []),
        ...(repeatedMax === undefined ? [] : executionProblems(accounts, ran, repeatedMax)),
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
