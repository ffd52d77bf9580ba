import { auditPool } from '../../../src/queue/audit.ts';
import { inspectMachine } from '../../../src/queue/inspect-memory.ts';
import { nodeOf } from '../../../src/queue/relay/index.ts';
import { chance } from '../world/world.ts';
import type { Stage } from './faults.ts';
import type { Host } from './host.ts';
import { POOL } from './scene.ts';

/** Longest time until all requests have ended when nothing bad happens any more: what waits is far less. */
const CALM_MS_MAX = 90_000;
/** For leases to end, what is over to be cleared, and relays to notice. */
const TIDY_MS = 30_000;
const LOOK_MS = 500;
/** Share of stories in which one host does not come back. */
const LOST_FOR_GOOD = 0.4;

/** Nothing bad happens any more: from now on everything must come to its proper end. */
export function allIsWell(stage: Stage): void {
  cease(stage);
  const { agenda, trace, books } = stage.scene;
  const untilMs = agenda.nowMs() + CALM_MS_MAX;
  while (books.open().length > 0 && trace.violation() === undefined) {
    if (agenda.nowMs() >= untilMs) return trace.broken('life', `never ended: ${books.open().join(', ')}`);
    passTime(stage, LOOK_MS);
  }
  passTime(stage, TIDY_MS);
  checkIdle(stage);
  checkStore(stage);
  closeAll(stage);
}

function cease({ scene, hosts }: Stage): void {
  const { wires, redis, trace } = scene;
  trace.note('the faults cease');
  wires.lost = 0;
  wires.late = 0;
  wires.deaf.clear();
  const [, ...mayGo] = hosts;
  const lost = chance(scene, LOST_FOR_GOOD) ? scene.random.pick(mayGo) : undefined;
  lost?.retire();
  for (const host of hosts) {
    redis.heal(host.plan.name);
    host.goOn();
  }
}

const remaining = ({ hosts }: Stage): readonly Host[] => hosts.filter((it) => !it.isRetired());

export function passTime({ scene: { agenda, trace } }: Stage, ms: number): void {
  const untilMs = agenda.nowMs() + ms;
  while (trace.violation() === undefined && agenda.next(untilMs));
}

/** Nobody asked for what still runs. */
function checkIdle(stage: Stage): void {
  const { trace } = stage.scene;
  for (const host of remaining(stage)) {
    const process = host.process();
    if (process === undefined) {
      trace.broken('life', `the node of ${host.plan.name} is not up`);
      continue;
    }
    if (!process.queue.isConnected()) trace.broken('life', `${host.plan.name} and redis do not agree`);
    for (const { address, running } of host.engines()) {
      if (running().length > 0) trace.broken('leak', `${address} still runs ${running().join(', ')}`);
    }
    for (const replica of host.plan.replicas) {
      const inFlight = process.queue.inFlight(replica);
      if (inFlight > 0) trace.broken('leak', `${host.plan.name} counts ${inFlight} requests on ${replica}`);
    }
  }
}

/** Nobody waits: the store holds the lives that are, and nothing else. */
function checkStore(stage: Stage): void {
  const { trace, redis } = stage.scene;
  const state = inspectMachine(redis.machineOf(POOL));
  for (const { rule, what } of auditPool(state)) trace.broken('audit', `${rule}: ${what}`);
  checkEmpty({ trace, redis });
  if (state.gone.length > 0) trace.broken('leak', `not cleared: ${state.gone.join(', ')}`);
  const lives = state.lives.map(({ life }) => nodeOf(life));
  const expected = remaining(stage).map((it) => it.plan.name);
  const isRight = lives.length === expected.length && expected.every((it) => lives.includes(it));
  if (!isRight) trace.broken('life', `lives of ${lives.join(', ')}`);
}

function checkEmpty({ trace, redis }: Pick<Stage['scene'], 'trace' | 'redis'>): void {
  const { line, apart, claims, index } = inspectMachine(redis.machineOf(POOL));
  const left = [
    ...line.map(({ id }) => `${id} in line`),
    ...apart.map(({ id }) => `${id} apart`),
    ...claims.map(({ claim }) => `claim ${claim}`),
    ...[...index.keys()].map((origin) => `the index of ${origin}`),
  ];
  if (left.length > 0) trace.broken('leak', `the store keeps ${left.join(', ')}`);
}

/** All nodes stop, and nothing is left behind. */
function closeAll(stage: Stage): void {
  for (const host of stage.hosts) {
    const process = host.process();
    process?.gate.enter(() => void process.queue.close());
  }
  passTime(stage, LOOK_MS);
  checkEmpty(stage.scene);
}
