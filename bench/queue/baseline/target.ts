import type { Redis } from 'ioredis';
import { RUNNING_MAX, type Target } from '../target.ts';
import claimSource from './claim.lua' with { type: 'text' };
import enqueueSource from './enqueue.lua' with { type: 'text' };
import finishSource from './finish.lua' with { type: 'text' };

const KEYS = {
  queue: 'base:{p}:q',
  states: 'base:{p}:st',
  meta: 'base:{p}:mt',
  deadlines: 'base:{p}:dl',
  virtual: 'base:{p}:vt',
  running: 'base:{p}:run',
};
const COST = '1000';
const DEADLINE_MS = 120_000;

/**
 * The form this queue is measured against: five structures, one script call for each transition of each request. It has
 * neither limits nor leases, budgets, priorities or several nodes.
 */
export async function createBaseline(client: Redis): Promise<Target> {
  const load = async (source: string): Promise<string> => String(await client.script('LOAD', source));
  const [enqueue, claim, finish] = [await load(enqueueSource), await load(claimSource), await load(finishSource)];
  const { queue, states, meta, deadlines, virtual, running } = KEYS;
  const waiting = new Map<string, (end: () => void) => void>();
  let named = 0;
  let room = RUNNING_MAX;
  let paused = false;
  let underWay = 0;
  let unclaimed = 0; // in line, as far as this process knows

  async function track<T>(work: Promise<T>): Promise<T> {
    underWay += 1;
    return work.finally(() => (underWay -= 1));
  }

  async function claimOne(): Promise<void> {
    if (paused || room === 0 || unclaimed === 0) return;
    room -= 1;
    unclaimed -= 1;
    named += 1;
    const name = `c${named}`;
    const keys = [queue, states, meta, deadlines, virtual, running];
    const id = await track(client.evalsha(claim, keys.length, ...keys, name, Date.now()));
    if (typeof id !== 'string') throw new Error('nobody was in line');
    waiting.get(id)?.(() => void end(id, name));
    waiting.delete(id);
  }

  async function end(id: string, name: string): Promise<void> {
    room += 1;
    await track(client.evalsha(finish, 3, states, meta, running, id, name));
    await claimOne();
  }

  return {
    name: 'one call per transition',
    async acquire(tenant) {
      named += 1;
      const id = `t${named}`;
      const order = String(named).padStart(15, '0');
      const granted = new Promise<() => void>((resolve) => waiting.set(id, resolve));
      const keys = [queue, states, meta, deadlines, virtual];
      await track(client.evalsha(enqueue, keys.length, ...keys, id, tenant, COST, Date.now() + DEADLINE_MS, order));
      unclaimed += 1;
      void claimOne();
      return granted;
    },
    pause() {
      paused = true;
      return Promise.resolve();
    },
    resume() {
      paused = false;
      for (let at = 0; at < RUNNING_MAX; at += 1) void claimOne();
    },
    async settled() {
      while (underWay > 0) await Bun.sleep(1);
    },
  };
}
