import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { planOf } from '../engine/plan.fixture.ts';
import type { Measurement } from '../queue/index.ts';
import { silentLog } from '../telemetry/index.ts';
import { SAVE_EVERY_MS } from './kept-speeds.ts';
import { statusOf } from './replica-status.fixture.ts';
import { createSpeedWatch, type SpeedWatch } from './speed-watch.ts';

const HOLD_MS = 60_000;
const objectives = {
  holdMs: HOLD_MS,
  share: 0.25,
  maxSlowdown: 1.5,
  maxErrorRatio: 0.05,
  ttftP95Ms: undefined,
  samplesMin: 20,
};
const moved = planOf({ pool: { servedName: 'new', objectives } });

const files = new Map<string, string>();
let clock: FakeClock;
let speeds: SpeedWatch;

/** A node whose other replica still has the old model. */
function open(): SpeedWatch {
  clock = createFakeClock();
  const watch = createSpeedWatch({
    clock,
    unixMs: () => 1_700_000_000_000 + clock.nowMs(),
    log: silentLog,
    files: { read: (name) => files.get(name), write: (name, text) => void files.set(name, text) },
    fleet: () => ({
      replicas: () => [statusOf('heavy-0', 'ready'), { ...statusOf('heavy-1', 'ready'), model: 'old' }],
    }),
  });
  watch.opened('heavy-0', 'heavy', 'new');
  watch.opened('heavy-1', 'heavy', 'old');
  return watch;
}

beforeEach(() => {
  files.clear();
  speeds = open();
});
afterEach(() => speeds[Symbol.dispose]());

/** An answer of 101 tokens, each of which took so long. */
function answer(paceMs: number, outcome: Measurement['outcome'] = 'completed'): Measurement {
  const used = { prompt: 10, completion: 101, cached: 0 };
  return { outcome, load: 2, firstByteMs: 20, totalMs: 20 + 100 * paceMs, used };
}

/** So many a second, for so long. */
async function answers(replica: string, paceMs: number, seconds: number, outcome?: Measurement['outcome']) {
  for (let second = 0; second < seconds; second += 1) {
    for (let at = 0; at < 2; at += 1) speeds.measured(replica, answer(paceMs * (0.9 + 0.1 * at), outcome));
    await clock.advance(1_000);
  }
}

const judge = (plan = moved, signal = new AbortController().signal) => speeds.judge(plan, signal);

describe('a replica that was moved', () => {
  beforeEach(() => answers('heavy-1', 10, 60));

  test('is kept at the end of its hold where it is as fast as its pool was', async () => {
    const verdict = judge();
    await answers('heavy-0', 10, 61);
    expect(await verdict).toMatchObject({ ok: true, note: expect.stringContaining(' 1.00 times as long as before') });
  });

  test('is sent back as soon as it is too slow beyond doubt', async () => {
    const beganMs = clock.nowMs();
    const verdict = judge();
    await answers('heavy-0', 30, 50);
    expect(await verdict).toMatchObject({ ok: false, cause: expect.stringContaining('1.5 times is allowed') });
    expect(clock.nowMs() - beganMs).toBeLessThan(HOLD_MS);
  });

  test('is sent back for what its engine fails, from the first on', async () => {
    const verdict = judge();
    await answers('heavy-0', 10, 5, 'engine_error');
    expect(await verdict).toMatchObject({ ok: false, cause: expect.stringContaining('its engine failed') });
  });

  test('is not judged by what begins before it has settled', async () => {
    const verdict = judge();
    await answers('heavy-0', 90, 8);
    await clock.advance(HOLD_MS);
    expect(await verdict).toMatchObject({ ok: true, note: expect.stringContaining('not compared') });
  });

  test('does not count as what was before, neither while it is judged nor when it was sent back', async () => {
    const verdict = judge();
    await answers('heavy-0', 30, 50);
    expect(await verdict).toMatchObject({ ok: false });
    speeds[Symbol.dispose]();
    expect(JSON.parse(files.get('baseline.json') ?? '').pools.heavy).not.toHaveProperty('new');
  });

  test('is kept with a note where nobody asked it anything', async () => {
    const verdict = judge();
    await clock.advance(HOLD_MS);
    expect(await verdict).toMatchObject({ ok: true, note: expect.stringContaining('of 0 answers') });
  });

  test('is not watched any more once that is given up', async () => {
    const giveUp = new AbortController();
    const verdict = judge(moved, giveUp.signal);
    giveUp.abort();
    expect(await verdict).toMatchObject({ ok: false });
    expect(clock.nextInMs()).toBeGreaterThan(HOLD_MS); // the next time that the record is saved
  });
});

test('without objectives it is taken as it is, at once', async () => {
  expect(await judge(planOf({}))).toEqual({ ok: true });
});

describe('what was learnt', () => {
  test('is there for the next life of the node', async () => {
    await answers('heavy-1', 10, 60);
    speeds[Symbol.dispose]();
    speeds = open();
    const verdict = judge();
    await answers('heavy-0', 30, 50);
    expect(await verdict).toMatchObject({ ok: false });
  });

  test('is saved now and then', async () => {
    speeds.measured('heavy-1', answer(10));
    await clock.advance(SAVE_EVERY_MS);
    expect(files.get('baseline.json')).toContain('"pace 1 0":[10]');
  });

  test('that cannot be read begins anew', () => {
    files.set('baseline.json', '{"version":99}');
    expect(() => open()[Symbol.dispose]()).not.toThrow();
  });
});

test('what no replica of this node ran, or its engine declined, tells nothing', async () => {
  speeds.measured('elsewhere', answer(10));
  speeds.measured('heavy-1', answer(10, 'engine_declined'));
  await clock.advance(SAVE_EVERY_MS);
  expect(files.size).toBe(0);
});
