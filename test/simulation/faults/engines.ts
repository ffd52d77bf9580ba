import { endCore, endLeader } from '../engine/endings.ts';
import type { Engine, Mood } from '../engine/engine.ts';
import { wake } from '../engine/listen.ts';
import { thaw } from '../engine/sleep.ts';
import { chance } from '../world/world.ts';
import { later, onEngine, type Fault, type Scene } from './scene.ts';

/** How many questions a mood may last that no engine is to be ended for. */
const MOOD_SHORT_MAX = { late: 3, silent: 2, unavailable: 1, refused: 1 } as const;
const MOOD_LONG_MAX = 60;

function exits(code: number | null, signal: string | null): Fault {
  return onEngine((engine, { estate: { world } }) =>
    endLeader(world, engine, { code, signal }, chance(world, 0.3) ? 'stays' : 'follows'),
  );
}

function inMood(is: Mood['is'], isLong: boolean): Fault {
  return onEngine((engine, { estate: { world } }) => {
    const most = isLong ? MOOD_LONG_MAX : MOOD_SHORT_MAX[is];
    if (engine.hadMood || isLong) engine.isIll = true;
    engine.hadMood = true;
    engine.mood = { is, left: world.random.between(1, most) };
  });
}

function freeze(engine: Engine): void {
  engine.isFrozen = true;
  engine.isIll = true;
}

function freezeForAWhile(engine: Engine, scene: Scene): void {
  freeze(engine);
  later(scene, 500, 20_000, () => wake(engine));
}

function hang(engine: Engine): void {
  engine.isHung = true;
  engine.isIll = true;
}

function hangForAWhile(engine: Engine, scene: Scene): void {
  hang(engine);
  later(scene, 500, 20_000, () => {
    engine.isHung = false;
    thaw(engine);
  });
}

/** Its file is gone: nobody can reach it any more. */
function loseSocket(engine: Engine, { estate: { world } }: Scene): void {
  const { order, leader } = engine;
  if (!order.place.startsWith('/') || world.listeners.get(order.place)?.pid !== leader) return;
  world.listeners.delete(order.place);
  engine.isIll = true;
}

/** What may befall an engine. */
export const ENGINE_FAULTS = {
  exit_0: exits(0, null),
  exit_1: exits(1, null),
  segfault: exits(null, 'SIGSEGV'),
  killed: exits(null, 'SIGKILL'),
  core_death: onEngine((engine, { estate: { world } }) => endCore(world, engine)),
  freeze: onEngine(freeze),
  freeze_and_thaw: onEngine(freezeForAWhile),
  hang: onEngine(hang),
  hang_and_go_on: onEngine(hangForAWhile),
  socket_lost: onEngine(loseSocket),
  late: inMood('late', false),
  silent: inMood('silent', false),
  one_503: inMood('unavailable', false),
  one_reset: inMood('refused', false),
  long_late: inMood('late', true),
  long_silent: inMood('silent', true),
  long_503: inMood('unavailable', true),
  long_resets: inMood('refused', true),
} satisfies Record<string, Fault>;
