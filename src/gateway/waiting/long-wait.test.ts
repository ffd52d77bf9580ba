import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Admission, Refusal, Standing } from '../../queue/index.ts';
import { scriptedQueue } from '../fixtures/scripted-queue.ts';
import { hangs } from '../fixtures/scripted-engine.ts';
import { HEAVY } from '../fixtures/test-gateway.ts';
import { aTicket } from '../fixtures/ticket.ts';
import { COMMENT_EVERY_MS, createLongWait } from './long-wait.ts';

const FLUSH_AFTER_MS = 10_000;
const never = new Promise<never>(() => undefined);

/** A stream's wait, its line under the test's hand. */
function open(setting: { streams?: boolean; standing?: () => Promise<Standing | undefined> } = {}) {
  const { streams = true, standing = () => Promise.resolve({ ahead: 4, etaMs: 900 }) } = setting;
  const clock = createFakeClock();
  const queue = { ...scriptedQueue([hangs]), standing };
  const wait = createLongWait(
    { ticket: aTicket, streams, route: HEAVY },
    { queue, clock, flushAfterMs: FLUSH_AFTER_MS },
  );
  const line = Promise.withResolvers<Admission>();
  const said: string[] = [];
  const grant = () => queue.acquire(aTicket, new AbortController().signal);
  return { clock, wait, line, said, say: (it: string) => void said.push(it.trim()), grant };
}

const refused = (reason: Extract<Refusal['reason'], 'draining'>): Admission => ({ ok: false, refusal: { reason } });

/** What `outlasts` has said so far. */
function heard(promise: Promise<boolean>): () => boolean | undefined {
  let value: boolean | undefined;
  void promise.then((it) => (value = it));
  return () => value;
}

describe('a wait is long', () => {
  test('when it has lasted so long in line', async () => {
    const { clock, wait, line } = open();
    void wait.during(line.promise);
    const isLong = heard(wait.outlasts(never));
    await clock.advance(FLUSH_AFTER_MS - 1);
    expect(isLong()).toBeUndefined();
    await clock.advance(1);
    expect(isLong()).toBe(true);
  });

  test('not where its end is here before', async () => {
    const { clock, wait, line } = open();
    const admission = wait.during(line.promise);
    const isLong = heard(wait.outlasts(admission));
    line.resolve(refused('draining'));
    await clock.advance(2 * FLUSH_AFTER_MS);
    expect(isLong()).toBe(false);
    expect(clock.nextInMs()).toBeUndefined();
  });

  test('not while an engine works on its first token, but when it is in line again', async () => {
    const { clock, wait, grant } = open();
    const isLong = heard(wait.outlasts(never));
    await wait.during(grant());
    await clock.advance(2 * FLUSH_AFTER_MS);
    expect(isLong()).toBeUndefined();
    void wait.during(never);
    await clock.advance(0);
    expect(isLong()).toBe(true);
  });

  test('never for an answer in one piece', async () => {
    const { clock, wait } = open({ streams: false });
    void wait.during(never);
    expect(await wait.outlasts(never)).toBe(false);
    expect(clock.nextInMs()).toBeUndefined();
  });
});

describe('its client is told', () => {
  test('its place, at once and every few seconds, then who runs it, then that it runs', async () => {
    const { clock, wait, said, say, grant } = open();
    const line = Promise.withResolvers<Admission>();
    void wait.during(line.promise);
    const hush = wait.tell(say);
    await clock.advance(COMMENT_EVERY_MS);
    const queued = ': ssw queued position=5 eta_ms=900';
    expect(said).toEqual([queued, queued]);
    line.resolve(await grant());
    await clock.advance(COMMENT_EVERY_MS);
    expect(said.slice(2)).toEqual([': ssw granted replica=r1 queue_ms=3', ': ssw running']);
    hush();
    await clock.advance(10 * COMMENT_EVERY_MS);
    expect(said).toHaveLength(4);
    expect(clock.nextInMs()).toBeUndefined();
  });

  test('of a grant that came before anybody listened', async () => {
    const { wait, said, say, grant } = open();
    await wait.during(grant());
    wait.tell(say)();
    expect(said).toEqual([': ssw granted replica=r1 queue_ms=3']);
  });

  test('no place that it has left meanwhile', async () => {
    const place = Promise.withResolvers<Standing | undefined>();
    const { clock, wait, line, said, say, grant } = open({ standing: () => place.promise });
    const admitted = wait.during(line.promise);
    wait.tell(say);
    line.resolve(await grant());
    await admitted;
    place.resolve({ ahead: 4, etaMs: 900 });
    await clock.advance(1);
    expect(said).toEqual([': ssw granted replica=r1 queue_ms=3']);
  });

  test('that it waits, where nobody knows its place', async () => {
    const { clock, wait, said, say } = open({ standing: () => Promise.reject(new Error('no store')) });
    void wait.during(never);
    wait.tell(say);
    await clock.advance(1);
    expect(said).toEqual([': ssw queued']);
  });
});
