import type { Meeting } from './ambush.ts';
import type { Host } from './host.ts';
import type { Scene } from './scene.ts';

/** Where faults befall. */
export interface Stage {
  readonly scene: Scene;
  readonly hosts: readonly Host[];
  readonly leaseMs: number;
}

/** Does something; says in a word or two to what, or `undefined` where there was nothing to do it to. */
export type Fault = (stage: Stage) => string | undefined;

const DOWN_MS_MAX = 8_000;
const LAG_MS_MAX = 2_500;
const SKEW_MS_MAX = 300;
/** A wire notices within 3 s that it is deaf, and needs a moment to be rebuilt. */
const DEAF_MS_MIN = 1_000;
const DEAF_MS_MAX = 6_000;

const upTo = ({ scene: { random } }: Stage, mostMs: number): number => random.next() ** 2 * mostMs;

function onHost(act: (host: Host, stage: Stage) => void): Fault {
  return (stage) => {
    const host = stage.scene.random.pick(stage.hosts);
    if (host.process() === undefined) return undefined;
    act(host, stage);
    return host.plan.name;
  };
}

function onEngine(act: (host: Host, engine: ReturnType<Host['engines']>[number]) => void): Fault {
  return ({ scene: { random }, hosts }) => {
    const host = random.pick(hosts);
    if (host.engines().length === 0) return undefined;
    const engine = random.pick(host.engines());
    act(host, engine);
    return engine.address;
  };
}

function restartRedis(stage: Stage): string {
  const downMs = upTo(stage, DOWN_MS_MAX);
  stage.scene.redis.restart(downMs);
  return `${downMs.toFixed(0)} ms`;
}

function failOver(stage: Stage): string {
  const { redis, random } = stage.scene;
  const lagMs = upTo(stage, LAG_MS_MAX);
  redis.failOver(lagMs, upTo(stage, DOWN_MS_MAX), (random.next() - 0.5) * 2 * SKEW_MS_MAX);
  return `forgets ${lagMs.toFixed(0)} ms`;
}

function cutOff(host: Host, stage: Stage): void {
  const { redis, agenda, trace } = stage.scene;
  const { name } = host.plan;
  redis.cut(name);
  agenda.after(upTo(stage, 3 * stage.leaseMs), () => {
    trace.note(`${name} reaches redis`);
    redis.heal(name);
  });
}

/** Befalls one of the two when a node claims another's ticket next, before either knows. */
function atClaim(of: keyof Meeting, act: (host: Host, stage: Stage) => void): Fault {
  return (stage) => {
    const { ambush, agenda, trace } = stage.scene;
    ambush.lay((nodes) => {
      trace.note(`an ambush at ${nodes[of]}`);
      const host = stage.hosts.find((it) => it.plan.name === nodes[of]);
      if (host) agenda.after(0, () => act(host, stage));
    });
    return 'laid';
  };
}

function deafen({ plan: { name } }: Host, stage: Stage): void {
  const { wires, agenda, random } = stage.scene;
  wires.deaf.add(name);
  agenda.after(DEAF_MS_MIN + random.next() * (DEAF_MS_MAX - DEAF_MS_MIN), () => wires.deaf.delete(name));
}

/** It stands still for longer than its lease, mostly. */
function zombify(host: Host, stage: Stage): void {
  host.freeze(stage.leaseMs * 0.8 + upTo(stage, 2 * stage.leaseMs));
}

/** The wire loses messages, or is slow. */
function badWire(what: 'lost' | 'late'): Fault {
  return (stage) => {
    const { wires, agenda, random } = stage.scene;
    wires[what] = random.next() * 0.3;
    agenda.after(upTo(stage, 20_000), () => void (wires[what] = 0));
    return wires[what].toFixed(2);
  };
}

/** An operator cancels a request, at any host. */
function cancel({ scene: { random, books }, hosts }: Stage): string | undefined {
  const open = books.open();
  const process = random.pick(hosts).process();
  if (open.length === 0 || process === undefined) return undefined;
  const id = random.pick(open);
  process.gate.enter(() => void process.queue.cancel(id).catch(() => false));
  return `${id} at ${process.host}`;
}

/** Everything that may happen, by name. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>(
  Object.entries({
    redis_restart: restartRedis,
    redis_failover: failOver,
    partition: onHost(cutOff),
    deaf: onHost(deafen),
    lossy_wire: badWire('lost'),
    slow_wire: badWire('late'),
    crash: onHost((host) => host.crash()),
    crash_at_claim: atClaim('worker', (host) => host.crash()),
    partition_at_claim: atClaim('worker', cutOff),
    redis_restart_at_claim: atClaim('worker', (_, stage) => restartRedis(stage)),
    deaf_worker_at_claim: atClaim('worker', deafen),
    deaf_origin_at_claim: atClaim('origin', deafen),
    zombie_at_claim: atClaim('worker', zombify),
    stop: onHost((host, stage) => host.stop(upTo(stage, 5_000))),
    pause: onHost((host, stage) => host.freeze(upTo(stage, stage.leaseMs))),
    zombie: onHost(zombify),
    engine_dies: onEngine((host, engine) => host.killEngine(engine)),
    engine_hangs: onEngine((host, engine) => host.hangEngine(engine)),
    cancel,
  }),
);
