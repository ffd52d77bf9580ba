import { startNode, type TestNode } from '../../support/node.ts';
import { until } from '../../support/wait.ts';

/** What a host of the test does for the others. */
export type Role = 'gateway' | 'worker';

export interface HostPlan {
  readonly name: string;
  readonly roles: readonly Role[];
  /** The section `redis`. */
  readonly redis: string;
  /** More of the section `queue`. */
  readonly queue?: string;
}

/** Requests that one replica takes at once: few, so that there is a line. */
const SEQUENCES_MAX = 4;
export const LEASE_S = 3;

const POOLS = `
pools:
  heavy: { model: sim/heavy-14b, max_model_len: 8192, args: { sim-speed: 20, sim-start-s: 1, max-num-seqs: ${SEQUENCES_MAX} } }
  light: { model: sim/light-8b, max_model_len: 8192, args: { sim-speed: 20, sim-start-s: 1, max-num-seqs: ${SEQUENCES_MAX} } }
`;
/** A replica's name tells its host. */
const replicasOf = (host: string): string => `
replicas:
  - { name: ${host}-heavy, pool: heavy }
  - { name: ${host}-light, pool: light }
`;

/** One host on a Redis that others share: a node of its own, with a heavy and a light replica where it is a worker. */
export function startHost({ name, roles, redis, queue = '' }: HostPlan): Promise<TestNode> {
  return startNode(`${POOLS}${roles.includes('worker') ? replicasOf(name) : ''}
node: { name: ${name}, roles: [${roles.join(', ')}] }
redis: ${redis}
queue: { lease_s: ${LEASE_S}, max_wait_s: 50${queue && `, ${queue}`} }
health: { interval_s: 0.2, timeout_s: 3, dead_after_s: 5, stall_after_s: 10, idle_probe_s: 600 }
restart: { drain_timeout_s: 5, stop_grace_s: 3 }
`);
}

/** Every pool of a host can serve, here or elsewhere. */
export async function isReady(host: TestNode): Promise<boolean> {
  const response = await fetch(`${await host.url()}/ready`).catch(() => undefined);
  return response?.ok === true;
}

/** Nothing waits or runs, on any of them, and the store agrees. */
export async function calm(hosts: readonly TestNode[]): Promise<void> {
  await until('nothing waits or runs', async () => (await Promise.all(hosts.map(isQuiet))).every(Boolean), 20_000);
  await until('the queue is clean', async () => (await findings(hosts)) === '', 20_000);
}

async function isQuiet(host: TestNode): Promise<boolean> {
  const { pools, replicas } = await host.status();
  return pools.every((it) => it.waiting === 0) && replicas.every((it) => it.in_flight === 0);
}

/** What `ssw-infer queue audit` finds, and what is left in the queue. */
async function findings(hosts: readonly TestNode[]): Promise<string> {
  const [host] = hosts;
  if (host === undefined) return '';
  const audit = await host.command('queue', 'audit', '--json');
  const queue = await host.command('queue', '--json');
  if (queue.code !== 0) return queue.err;
  const left = (JSON.parse(queue.out) as { waiting: number; running: number; suspects: number }[]).filter(
    (it) => it.waiting + it.running + it.suspects > 0,
  );
  return audit.code === 0 && left.length === 0 ? '' : `${audit.out}${audit.err}${JSON.stringify(left)}`;
}
