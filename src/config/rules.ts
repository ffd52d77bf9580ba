import { brokenGuardrails } from './guardrails-section.ts';
import { leadsToGateway } from './own-address.ts';
import { unknownRoutingPools } from './routing-section.ts';
import type { FileConfig } from './schema.ts';
import { CARD_MEMORY_FRACTION_MAX } from './schema.ts';
import { brokenTenants } from './tenant-rules.ts';

/** A broken rule that spans keys: the path to point at, and what is wrong. */
export interface BrokenRule {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Checks everything that one key alone cannot show. Returns all that is broken, in the file's order. */
export function brokenRules(config: FileConfig): readonly BrokenRule[] {
  return [
    ...unknownPools(config),
    ...emptyPools(config),
    ...roles(config),
    ...brokenTenants(config),
    ...duplicateReplicaNames(config),
    ...reservedNames(config),
    ...duplicatePorts(config),
    ...overfullCards(config),
    ...ambiguousModelNames(config),
    ...brokenGuardrails(config.guardrails, Object.keys(config.pools)),
    ...unknownRoutingPools(config.routing, Object.keys(config.pools)),
    ...reservedFlags(config),
    ...executableOfSimulation(config),
    ...foreignEngines(config),
  ];
}

function unknownPools({ pools, replicas }: FileConfig): BrokenRule[] {
  const known = Object.keys(pools).join(', ');
  return replicas.flatMap((replica, index) =>
    Object.hasOwn(pools, replica.pool)
      ? []
      : [{ path: ['replicas', index, 'pool'], message: `unknown pool "${replica.pool}"; pools are: ${known}` }],
  );
}

/** On one host every pool needs a replica; where hosts share a Redis another one may have it. */
function emptyPools({ pools, replicas, redis }: FileConfig): BrokenRule[] {
  if (redis.kind !== 'managed') return [];
  return Object.keys(pools)
    .filter((pool) => !replicas.some((it) => it.pool === pool))
    .map((pool) => ({ path: ['pools', pool], message: `pool "${pool}" has no replica; add one or remove the pool` }));
}

function roles({ node, replicas, redis }: FileConfig): BrokenRule[] {
  const isWorker = node.roles.includes('worker');
  if (isWorker && replicas.length === 0)
    return [{ path: ['replicas'], message: 'at least one replica is needed, or node.roles without worker' }];
  if (!isWorker && replicas.length > 0)
    return [{ path: ['replicas'], message: 'a node that is no worker runs none; add worker to node.roles' }];
  if (node.roles.length < 2 && redis.kind === 'managed')
    return [{ path: ['node', 'roles'], message: 'one role alone needs a Redis that other hosts share: set redis.url' }];
  return [];
}

function duplicateReplicaNames({ replicas }: FileConfig): BrokenRule[] {
  return replicas.flatMap((replica, index) =>
    replicas.findIndex((it) => it.name === replica.name) < index
      ? [{ path: ['replicas', index, 'name'], message: `duplicate replica name "${replica.name}"` }]
      : [],
  );
}

/** Names whose socket would take the place of another of this node's sockets. */
const RESERVED_NAMES = ['ctl', 'redis'];

function reservedNames({ replicas }: FileConfig): BrokenRule[] {
  return replicas.flatMap(({ name }, index) =>
    RESERVED_NAMES.includes(name)
      ? [
          {
            path: ['replicas', index, 'name'],
            message: `"${name}" is the name of a socket of the node itself; take another`,
          },
        ]
      : [],
  );
}

function duplicatePorts({ gateway, replicas }: FileConfig): BrokenRule[] {
  return replicas.flatMap((replica, index) => {
    if (replica.port === undefined) return [];
    const path = ['replicas', index, 'port'];
    if (replica.port === gateway.port) return [{ path, message: `port ${replica.port} is the gateway's own` }];
    const first = replicas.findIndex((it) => it.port === replica.port);
    return first < index
      ? [{ path, message: `duplicate port ${replica.port}, also of replica "${replicas[first]?.name}"` }]
      : [];
  });
}

function overfullCards({ replicas }: FileConfig): BrokenRule[] {
  const sums = new Map<number, number>();
  return replicas.flatMap((replica, index) => {
    if (replica.gpu === undefined) return [];
    // Left out, vLLM takes its own default, which is the whole card.
    const sum = (sums.get(replica.gpu) ?? 0) + (replica.gpuMemoryUtilization ?? CARD_MEMORY_FRACTION_MAX);
    sums.set(replica.gpu, sum);
    if (sum <= CARD_MEMORY_FRACTION_MAX + 1e-9) return [];
    const message = `replicas of card ${replica.gpu} take ${sum.toFixed(2)} of its memory together, more than ${CARD_MEMORY_FRACTION_MAX}; lower one`;
    return [{ path: ['replicas', index, 'gpu_memory_utilization'], message }];
  });
}

/** A name may lead to one pool only: pool names, real model names and aliases share one space. */
function ambiguousModelNames({ pools }: FileConfig): BrokenRule[] {
  const owner = new Map<string, string>([['auto', 'the automatic choice']]);
  const taken: BrokenRule[] = [];
  const claim = (name: string, pool: string, path: (string | number)[]) => {
    const other = owner.get(name);
    if (other !== undefined && other !== pool) taken.push({ path, message: `"${name}" already names ${other}` });
    else owner.set(name, pool);
  };
  for (const pool of Object.keys(pools)) claim(pool, pool, ['pools', pool]);
  for (const [name, pool] of Object.entries(pools)) {
    claim(pool.servedName, name, ['pools', name, 'model']);
    pool.aliases.forEach((alias, index) => claim(alias, name, ['pools', name, 'aliases', index]));
  }
  return taken;
}

/** Flags that this program sets itself: what has a key of its own is said there, where it is checked. */
const RESERVED_FLAGS: Readonly<Record<string, string>> = {
  host: 'engines listen on loopback; use the replica key port',
  port: 'use the replica key port',
  uds: 'the replica has a socket of its own unless it has a port',
  'served-model-name': 'use the pool keys served_name and aliases',
  'gpu-memory-utilization': 'use the replica key gpu_memory_utilization',
  'max-model-len': 'use the pool key max_model_len',
  revision: 'use the pool key revision',
  'enable-auto-tool-choice': 'use the pool key tool_call_parser',
  'tool-call-parser': 'use the pool key tool_call_parser',
  'reasoning-parser': 'use the pool key reasoning_parser',
  'default-chat-template-kwargs': 'use the pool key chat_template_kwargs',
  'api-key': 'it would stand in the process list and shut the gateway out; engines listen on their own sockets',
};

function reservedFlags({ pools, replicas }: FileConfig): BrokenRule[] {
  const broken = (args: Readonly<Record<string, unknown>>, path: (string | number)[]): BrokenRule[] =>
    Object.keys(args)
      .filter((flag) => Object.hasOwn(RESERVED_FLAGS, flag))
      .map((flag) => ({
        path: [...path, 'args', flag],
        message: `--${flag} is not for args: ${RESERVED_FLAGS[flag]}`,
      }));
  return [
    ...Object.entries(pools).flatMap(([name, pool]) => broken(pool.args, ['pools', name])),
    ...replicas.flatMap((replica, index) => broken(replica.args, ['replicas', index])),
  ];
}

function executableOfSimulation({ engine }: FileConfig): BrokenRule[] {
  if (engine.kind !== 'sim' || engine.executable === undefined) return [];
  return [{ path: ['engine', 'executable'], message: 'simulated engines are this program itself; remove the key' }];
}

/** Keys that say how an engine is run: where somebody else runs it they say nothing. As the program and the file have them. */
const OWN_ENGINE_KEYS = [
  ['gpu', 'gpu'],
  ['gpuMemoryUtilization', 'gpu_memory_utilization'],
  ['port', 'port'],
] as const;

function foreignEngines({ engine, gateway, replicas }: FileConfig): BrokenRule[] {
  return replicas.flatMap((replica, index): BrokenRule[] => {
    const { name, url } = replica;
    const path = ['replicas', index];
    if (url === undefined) {
      const message = `engine.kind is external, so ${name} needs a url`;
      return engine.kind === 'external' ? [{ path, message }] : [];
    }
    if (leadsToGateway(url, gateway)) {
      const message = `this is the gateway itself, at port ${gateway.port}; name the engine's own address`;
      return [{ path: [...path, 'url'], message }];
    }
    const first = replicas.findIndex((it) => it.url !== undefined && new URL(it.url).href === new URL(url).href);
    if (first < index) {
      return [{ path: [...path, 'url'], message: `duplicate url, also of replica "${replicas[first]?.name}"` }];
    }
    return OWN_ENGINE_KEYS.filter(([key]) => replica[key] !== undefined).map(([, key]) => ({
      path: [...path, key],
      message: `${name} has a url: somebody else runs its engine; remove ${key}, or the url`,
    }));
  });
}
