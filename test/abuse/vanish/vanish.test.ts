import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readResidentBytes } from '../../../bench/overhead/proc.ts';
import { until } from '../../support/wait.ts';
import { EACH_MANNER, MANNERS, sendCrowd, type Crowd, type Manner } from './crowd.ts';
import { makeFarHost } from './far-host.ts';
import { BACK_MS_MAX, LONG_BODY_BYTES, ROUNDS } from './settings.ts';
import { startTarget, type Target } from './target.ts';

/** What became of the clients of a host that vanished. */
interface Vanished {
  /** From then until each was let go; absent where it was not in time. */
  readonly goneMs: Record<string, number>;
  readonly residentBytes: number;
}

/** Rooms that this host's own stream holds. */
const OWN_IN_FLIGHT = 1;
const MAKING_MS_MAX = 55_000;

const held = new AsyncDisposableStack();
let target: Target;
const rounds: Vanished[] = [];
let memoryBeforeBytes = 0;

beforeAll(async () => {
  const host = held.use(makeFarHost());
  target = held.use(await startTarget(host));
  memoryBeforeBytes = readResidentBytes(target.node.pid);
  for (let round = 0; round < ROUNDS; round += 1) {
    await using crowd = sendCrowd(host, target.port);
    await until('each is about its thing', () => isBusy(crowd));
    host.vanish();
    rounds.push(await seeThemGo(crowd));
    process.stdout.write(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))}\n`);
    host.comeBack();
  }
}, MAKING_MS_MAX);
afterAll(() => held.disposeAsync(), MAKING_MS_MAX);

async function isBusy(crowd: Crowd): Promise<boolean> {
  const all = (manner: Manner, is: 'sent' | 'heard') => crowd.portsOf(manner, is).length === MANNERS[manner].count;
  const hearing = ['waits_in_line_for_a_stream', 'reads_a_stream', 'idles'] as const;
  if (!EACH_MANNER.every((it) => all(it, 'sent')) || !hearing.every((it) => all(it, 'heard'))) return false;
  const [inLine, running] = await Promise.all([
    target.sumOf('sswinfer_queue_depth'),
    target.sumOf('sswinfer_inflight'),
  ]);
  const { waits_in_line, waits_in_line_for_a_stream, waits_for_an_answer, reads_a_stream } = MANNERS;
  return (
    inLine === waits_in_line.count + waits_in_line_for_a_stream.count &&
    running === OWN_IN_FLIGHT + waits_for_an_answer.count + reads_a_stream.count &&
    (await target.statusOfLongBody()) === 503
  );
}

async function seeThemGo(crowd: Crowd): Promise<Vanished> {
  const startedMs = performance.now();
  const goneMs: Record<string, number> = {};
  const see = async (thing: string, isGone: () => boolean | Promise<boolean>) => {
    await until(thing, isGone, BACK_MS_MAX);
    goneMs[thing] = Math.round(performance.now() - startedMs);
  };
  const letGo = (manner: Manner) =>
    see(manner, () => !crowd.portsOf(manner, 'sent').some((it) => target.openTo().has(it)));
  await Promise.allSettled([
    ...EACH_MANNER.filter((it) => it !== 'sends_its_body').map(letGo),
    letGo('sends_its_body').then(() => see('room for bodies', async () => (await target.statusOfLongBody()) !== 503)),
    see('line', async () => (await target.sumOf('sswinfer_queue_depth')) === 0),
    see('rooms of replicas', async () => (await target.sumOf('sswinfer_inflight')) === OWN_IN_FLIGHT),
  ]);
  return { goneMs, residentBytes: readResidentBytes(target.node.pid) };
}

describe('a host that vanishes, without a word, is let go of in time, each time', () => {
  test.each([...EACH_MANNER])('while its client %s', (manner) => {
    for (const { goneMs } of rounds) expect(goneMs[manner]).toBeLessThan(BACK_MS_MAX);
  });

  test.each(['room for bodies', 'line', 'rooms of replicas'])('and what it held is free again: %s', (room) => {
    for (const { goneMs } of rounds) expect(goneMs[room]).toBeLessThan(BACK_MS_MAX);
  });

  test('and nothing of it stays in memory but what is not collected yet: less than three of four rounds have sent', () => {
    const roundBytes = MANNERS.sends_its_body.count * LONG_BODY_BYTES;
    expect((rounds.at(-1)?.residentBytes ?? 0) - memoryBeforeBytes).toBeLessThan(3 * roundBytes);
  });
});
