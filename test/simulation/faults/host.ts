import { endElsewhere } from '../engine/fleet.ts';
import { calmTemper } from '../engine/temper.ts';
import type { CardTrouble } from '../world/cards.ts';
import { later, type Fault, type Scene } from './scene.ts';

const CARDS = 3;
const STRANGER_PORTS = [8101, 8102, 8103];

/** Somebody else's program takes memory of a card, and gives it back later. */
function stranger(scene: Scene): string {
  const { cards, host, random } = scene.estate.world;
  const gpu = random.between(0, CARDS - 1);
  const process = { pid: host.spawn('python3').pid, name: 'python3' };
  const mib = Math.floor(random.next() * cards.freeMiB(gpu));
  cards.hold(gpu, process, mib);
  return leaves(
    scene,
    5000,
    120_000,
    () => {
      host.end(process.pid);
      cards.hold(gpu, process, 0);
    },
    `${mib} MiB of card ${gpu}`,
  );
}

/** It goes by itself, or when the faults cease. */
function leaves(scene: Scene, leastMs: number, mostMs: number, go: () => void, what: string): string {
  const { strangers } = scene.estate.weather;
  const leave = (): void => {
    if (strangers.delete(leave)) go();
  };
  strangers.add(leave);
  later(scene, leastMs, mostMs, leave);
  return what;
}

function cardTrouble(trouble: CardTrouble): Fault {
  return (scene) => {
    const { cards, random } = scene.estate.world;
    const gpu = random.between(0, CARDS - 1);
    cards.troubles.set(gpu, trouble);
    return leaves(scene, 500, 60_000, () => cards.troubles.delete(gpu), `card ${gpu}`);
  };
}

/** Another program listens where an engine should. */
function portStranger(scene: Scene): string | undefined {
  const { listeners, host, random } = scene.estate.world;
  const place = `127.0.0.1:${random.pick(STRANGER_PORTS)}`;
  if (listeners.has(place)) return undefined;
  const { pid } = host.spawn('nginx');
  listeners.set(place, { name: 'nginx', pid, take: (exchange) => exchange.reply(404, '') });
  return leaves(
    scene,
    5000,
    60_000,
    () => {
      host.end(pid);
      if (listeners.get(place)?.pid === pid) listeners.delete(place);
    },
    place,
  );
}

function failSpawns({ estate: { weather, world } }: Scene): string {
  weather.spawnsToFail = world.random.between(1, 3);
  return `${weather.spawnsToFail}`;
}

function loseProgram(scene: Scene): string {
  const { weather } = scene.estate;
  weather.isProgramMissing = true;
  return leaves(scene, 1000, 20_000, () => void (weather.isProgramMissing = false), 'vllm');
}

/** An engine that somebody else runs goes away or comes back. */
function toggleElsewhere({ estate: { engines, world }, elsewhere }: Scene): string | undefined {
  if (elsewhere.length === 0) return undefined;
  const { name, place } = world.random.pick(elsewhere);
  const engine = engines.living().find((it) => it.order.place === place && !it.isLeaderGone);
  if (engine === undefined) engines.spawnElsewhere({ name, gpu: undefined, mib: 0, place }, calmTemper(world));
  else endElsewhere(world, engine);
  return `${name} ${engine === undefined ? 'comes' : 'goes'}`;
}

function loseRedis(scene: Scene): string {
  scene.redis.goAway();
  return leaves(scene, 100, 30_000, () => scene.redis.comeBack(), 'redis');
}

/** What may befall the host. */
export const HOST_FAULTS = {
  stranger_on_card: stranger,
  card_lost: cardTrouble('lost'),
  card_unreadable: cardTrouble('unreadable'),
  card_hung: cardTrouble('hung'),
  stranger_on_port: portStranger,
  spawns_fail: failSpawns,
  program_missing: loseProgram,
  elsewhere: toggleElsewhere,
  redis_away: loseRedis,
} satisfies Record<string, Fault>;
