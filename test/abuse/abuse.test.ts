import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { until } from '../support/wait.ts';
import { assault, type Round } from './assault.ts';
import { BOMBS, floods } from './attacks/bodies.ts';
import { MANNERS } from './attacks/crowds.ts';
import { NO_KEYS } from './attacks/keys.ts';
import { PATHS } from './attacks/paths.ts';
import { ODDITIES } from './attacks/smuggling.ts';
import { measureFloor } from './floor.ts';
import { ABUSE, HEALTH_P99_MS_MAX, MEMORY_LEFT_BYTES_MAX, MEMORY_PEAK_BYTES_MAX } from './settings.ts';
import { startTarget, type Target } from './target.ts';
import type { Seen } from './watch.ts';

/** One round takes 25 s on two cores, and 15 s more on a bare server. */
const ROUND_MS_MAX = 120_000;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;
/** Descriptors beyond what was open before: connections to engines that are kept for the next request. */
const DESCRIPTORS_LEFT_MAX = 20;

let target: Target;
let last: Round;
let floor: Seen;
const memoryAfterBytes: number[] = [];
const descriptors = () => readdirSync(`/proc/${target.node.pid}/fd`).length;

beforeAll(async () => {
  target = await startTarget();
  for (let round = 1; round <= ABUSE.rounds; round += 1) {
    floor = await measureFloor();
    process.stdout.write(`a bare server: ${JSON.stringify(floor)}\n`);
    last = await assault(target, descriptors);
    memoryAfterBytes.push(target.residentBytes());
    process.stdout.write(`round ${round}: ${JSON.stringify(figures(last))}\n`);
  }
}, ABUSE.rounds * ROUND_MS_MAX);
afterAll(() => target[Symbol.asyncDispose](), STOP_MS_MAX);

const figures = ({ seen, memoryBeforeBytes, crowds }: Round) => ({
  ...seen,
  memoryBeforeBytes,
  memoryAfterBytes: memoryAfterBytes.at(-1),
  longestMs: Object.fromEntries(Object.entries(crowds).map(([name, it]) => [name, it.longestMs])),
});

describe('while all of it goes on', () => {
  test('/health answers, and soon', () => {
    expect(last.seen.failed).toBe(0);
    expect(last.seen.p99Ms).toBeLessThan(HEALTH_P99_MS_MAX * last.seen.slowdown);
    expect(last.seen.p50Ms).toBeLessThan(HEALTH_P99_MS_MAX);
  });

  test('memory stays within bounds, and comes back', () => {
    expect(last.seen.peakBytes - last.memoryBeforeBytes).toBeLessThan(MEMORY_PEAK_BYTES_MAX);
    expect((memoryAfterBytes[0] ?? 0) - last.memoryBeforeBytes).toBeLessThan(MEMORY_LEFT_BYTES_MAX);
  });

  test('no descriptor is left', async () => {
    await until('all are closed', () => descriptors() <= last.descriptorsBefore + DESCRIPTORS_LEFT_MAX);
  });

  test('nothing is left in line or running, and whoever asks is served', async () => {
    await until('nothing runs', async () => (await target.node.status()).replicas.every((it) => it.in_flight === 0));
    expect(last.guesses.entered).toBe(200);
  });
});

describe('who holds a connection without using it is cut off', () => {
  test.each(Object.keys(MANNERS) as (keyof typeof MANNERS)[])('%s', (manner) => {
    const { opened, left } = last.crowds[manner];
    expect(opened).toBeGreaterThan(0);
    expect(left).toBe(0);
  });
});

describe('100 MB, or what costs as much', () => {
  test.each(floods('').map(({ name, status }) => [name, status] as const))('%s', (name, status) => {
    // A connection that is closed with bytes unread is reset, which may overtake the answer.
    expect([status, 0]).toContain(last.floods[name] ?? Number.NaN);
  });
});

describe('JSON that is a bomb', () => {
  test.each(BOMBS.map(([name]) => name))('%s', (name) => expect(last.bombs[name]).toBe('400 invalid_json'));
});

describe('requests that may be read in two ways', () => {
  test.each(ODDITIES)('$name', ({ name, answers }) => {
    const got = last.oddities[name] ?? [];
    if (got.length <= 1 && answers.length > 1) expect(answers).toContain(got[0] ?? 0);
    else expect(got).toEqual([...answers]);
  });
});

describe('paths that lead elsewhere', () => {
  test.each([...PATHS])('%s', (path) => {
    const [status = 0, ...more] = last.paths[path] ?? [];
    expect([400, 401, 404]).toContain(status);
    expect(more).toEqual([]);
  });
});

describe('whoever has no key', () => {
  test.each([...NO_KEYS])('%j', (header) => expect([401, 429]).toContain(last.noKeys[header] ?? 0));

  test('guesses a few times, and is told to wait then', () => {
    const { 401: refused = 0, 429: slowed = 0, ...others } = last.guesses.counts;
    expect(others).toEqual({});
    expect(refused + slowed).toBe(ABUSE.guesses);
    expect(slowed).toBeGreaterThan(0);
  });
});

test('no answer tells of our insides', () => {
  const inside =
    /\.ts\b|node_modules|\bat (async )?[\w.]+ \(|\/proc\/|\/tmp\/|\/work\/|redis|ECONN|\bBun\b|SyntaxError|TypeError|stack/i;
  const telling = target.answers.filter((it) => inside.test(withoutEcho(it)));
  expect(telling.map((it) => it.slice(0, 300))).toEqual([]);
  expect(target.answers.length).toBeGreaterThan(100);
});

/** A 404 says what was asked for, which may be anything. */
const withoutEcho = (answer: string) => answer.replace(/There is nothing at \S+ \S+/, '');

test('the log has no fault of our own', () => {
  expect(target.node.log()).not.toContain('this is a bug');
});
