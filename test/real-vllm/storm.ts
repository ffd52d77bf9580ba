import { describe, expect, test } from 'bun:test';
import { createRandom } from '../support/random.ts';
import { readSettings, type Settings } from '../chaos/storm/settings.ts';
import type { TestNode } from '../support/node.ts';
import { keepStreaming, streamOnce, type Account } from '../support/streams.ts';
import { until } from '../support/wait.ts';
import { coreOf, countersOf, membersOf, type Engine } from './engine.ts';

const REPLICAS = ['heavy-0', 'light-0', 'heavy-1', 'light-1'] as const;
type ReplicaName = (typeof REPLICAS)[number];

const KINDS = ['kill_leader', 'kill_core', 'freeze_core'] as const;

/** What happens at once, to an engine each. */
type Round = readonly { readonly kind: (typeof KINDS)[number]; readonly replica: ReplicaName }[];

/** Both pools keep an engine. */
const FIRST_ROUND: Round = [
  { kind: 'freeze_core', replica: 'heavy-1' },
  { kind: 'kill_leader', replica: 'light-0' },
];
const CLIENTS = 8;
const TOKENS = 150;
/** The shipped limits: a hang is noticed after half a minute, a start takes as long where others start. */
const HURT_LIMIT_MS = 180_000;

/** The node under test and its engines. */
export interface Scene {
  node(): TestNode;
  engine(replica: string): Promise<Engine>;
  /** Resolves when all replicas are ready; `what` for the record. */
  allReady(what: string): Promise<void>;
}

/** The storm of `test/chaos`, smaller: one round, or for as long as `SSW_STORM_MINUTES` says. */
export function describeStorm(scene: Scene): void {
  const isLong = process.env['SSW_STORM_MINUTES'] !== undefined;
  const settings = readSettings(process.env);
  const limitMs = isLong ? settings.lengthMs + 900_000 : 900_000;
  describe('a storm under load', () => {
    test(
      `all come back, every request has one outcome (SSW_STORM_SEED=${settings.seed})`,
      async () => {
        for (const round of roundsOf(settings, isLong)) await strike(round, scene);
        const { url } = await scene.node().status();
        const after = await Promise.all(
          Array.from({ length: CLIENTS }, (_, index) => streamOnce(url, index % 2 === 0 ? 'heavy' : 'light', TOKENS)),
        );
        expect(after.map((it) => it.seen)).toEqual(after.map(() => 'completed'));
        await until('nothing runs', async () => {
          const { replicas } = await scene.node().status();
          return replicas.every((it) => it.in_flight === 0);
        });
      },
      limitMs,
    );
  });
}

/** The first is always the same; a long storm draws the others from its seed. */
function* roundsOf({ seed, lengthMs }: Settings, isLong: boolean): Generator<Round> {
  yield FIRST_ROUND;
  const random = createRandom(seed);
  const endsMs = performance.now() + lengthMs;
  while (isLong && performance.now() < endsMs) {
    const victims = random.shuffled(REPLICAS).slice(0, random.between(1, REPLICAS.length));
    yield victims.map((replica) => ({ kind: random.pick(KINDS), replica }));
  }
}

/**
 * Does all of a round at once, under load; then waits without it, for real engines start slowly beside busy ones, until
 * every engine that was hit is gone and another one ready in its place.
 */
async function strike(round: Round, scene: Scene): Promise<void> {
  const load = keepStreaming(await scene.node().url(), CLIENTS, TOKENS);
  let victims: readonly Engine[] = [];
  try {
    victims = await hit(round, scene);
  } finally {
    await load.stop();
  }
  expect(load.accounts.filter((it) => it.seen === 'completed').length).toBeGreaterThan(0);
  expect(strange(load.accounts)).toEqual([]);
  await scene.allReady(round.map(({ kind, replica }) => `${kind} ${replica}`).join(', '));
  expect(victims.flatMap(({ leader }) => membersOf(leader))).toEqual([]);
}

/** Resolves with the engines that were hit, once all their ends have been noticed. */
async function hit(round: Round, scene: Scene): Promise<readonly Engine[]> {
  const victims = await Promise.all(
    round.map(async ({ kind, replica }) => {
      const { restarts } = await scene.node().replica(replica);
      return { kind, replica, restarts, engine: await scene.engine(replica) };
    }),
  );
  for (const { kind, replica, engine } of victims) {
    await until(`${replica} has work`, async () => (await countersOf(engine)).running > 0, HURT_LIMIT_MS);
    if (kind === 'kill_leader') process.kill(engine.leader, 'SIGKILL');
    else process.kill(coreOf(engine), kind === 'kill_core' ? 'SIGKILL' : 'SIGSTOP');
  }
  for (const { replica, restarts, kind } of victims) {
    const isCounted = async () => (await scene.node().replica(replica)).restarts > restarts;
    await until(`${kind} of ${replica} is noticed`, isCounted, HURT_LIMIT_MS);
  }
  return victims.map((it) => it.engine);
}

/** Outcomes that nothing of this explains. */
function strange(accounts: readonly Account[]): readonly string[] {
  const isKnown = ({ seen, detail }: Account) =>
    seen === 'completed' || seen === 'error_event' || (seen === 'refused' && detail === '500 engine_failed');
  return accounts.filter((it) => !isKnown(it)).map((it) => `${it.seen}: ${it.detail}`);
}
