import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { FREE, stepLease, type Lease, type LeaseEvent } from './lease.ts';
import { cardOf, createCards } from './run.ts';

const start = (replica: string): LeaseEvent => ({ on: 'request', replica, use: 'start' });
const stop = (replica: string): LeaseEvent => ({ on: 'request', replica, use: 'stop' });
const seize = (replica: string): LeaseEvent => ({ on: 'seize', replica });
const release = (replica: string): LeaseEvent => ({ on: 'release', replica });

/** Who was granted by each of some events. */
function grants(...events: readonly LeaseEvent[]): readonly (readonly string[])[] {
  let lease = FREE;
  return events.map((event) => {
    const after = stepLease(lease, event);
    lease = after.lease;
    return after.granted;
  });
}

describe('the lease of a card', () => {
  test('lets one start at a time, in order of asking', () => {
    expect(grants(start('a'), start('b'), start('c'), release('a'), release('b'))).toEqual([
      ['a'],
      [],
      [],
      ['b'],
      ['c'],
    ]);
  });

  test('lets stops go together, but never beside a start', () => {
    expect(grants(stop('a'), stop('b'), start('c'), stop('d'), release('a'), release('b'), release('c'))).toEqual([
      ['a'],
      ['b'],
      [],
      [], // does not overtake c
      [],
      ['c'],
      ['d'],
    ]);
  });

  test('lets nobody start while a crashed neighbour is cleaned up', () => {
    expect(grants(seize('a'), start('b'), release('a'))).toEqual([[], [], ['b']]);
  });

  test('turns a start that is given up into a stop, which lets other stops in', () => {
    expect(grants(start('a'), stop('b'), seize('a'))).toEqual([['a'], [], ['b']]);
  });

  test('is asked in vain by one that leaves the line', () => {
    expect(grants(start('a'), start('b'), start('c'), release('b'), release('a'))).toEqual([['a'], [], [], [], ['c']]);
  });

  /** Anything that replicas may do, in any order. */
  const anyEvents = fc.array(
    fc
      .tuple(fc.constantFrom(start, stop, seize, release), fc.constantFrom('a', 'b', 'c', 'd'))
      .map(([make, name]) => make(name)),
    { maxLength: 60 },
  );

  test('never has two starts, nor grants a start beside anything', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let lease: Lease = FREE;
        for (const event of events) {
          const after = stepLease(lease, event);
          lease = after.lease;
          for (const replica of after.granted) {
            if (lease.holders.get(replica) === 'start') expect([...lease.holders.keys()]).toEqual([replica]);
          }
          expect([...lease.holders.values()].filter((use) => use === 'start').length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('is granted in order of asking, to each who asked once, and to nobody else', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let lease: Lease = FREE;
        let expected: string[] = [];
        for (const event of events) {
          expected = expected.filter((replica) => replica !== event.replica);
          if (event.on === 'request') expected.push(event.replica);
          const after = stepLease(lease, event);
          lease = after.lease;
          expect(expected.splice(0, after.granted.length)).toEqual([...after.granted]);
          expect(lease.line.map(({ replica }) => replica)).toEqual(expected);
        }
      }),
    );
  });

  test('starves nobody: whoever waits gets it after at most as many releases as there are before it', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let lease: Lease = FREE;
        for (const event of events) lease = stepLease(lease, event).lease;
        const waiting = lease.line.map(({ replica }) => replica);
        const granted: string[] = [];
        for (let round = 0; round <= waiting.length; round += 1) {
          for (const holder of lease.holders.keys()) {
            const after = stepLease(lease, release(holder));
            lease = after.lease;
            granted.push(...after.granted);
          }
        }
        expect(granted).toEqual(waiting);
        expect(lease.holders.size + lease.line.length).toBe(0);
      }),
    );
  });

  test('is never idle while somebody waits', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let lease: Lease = FREE;
        for (const event of events) lease = stepLease(lease, event).lease;
        if (lease.line.length > 0) expect(lease.holders.size).toBeGreaterThan(0);
      }),
    );
  });
});

describe('cards', () => {
  test('are side by side; replicas without one share one', () => {
    const cards = createCards();
    const turns: string[] = [];
    const ask = (gpu: number | undefined, name: string) =>
      cards.request(cardOf(gpu), name, 'start', () => turns.push(name));
    ask(0, 'heavy-0');
    ask(0, 'light-0');
    ask(1, 'heavy-1');
    ask(undefined, 'cpu-0');
    ask(undefined, 'cpu-1');
    expect(turns).toEqual(['heavy-0', 'heavy-1', 'cpu-0']);
    expect(cards.view()).toEqual([
      { card: 'gpu:0', holders: [{ replica: 'heavy-0', use: 'start' }], line: [{ replica: 'light-0', use: 'start' }] },
      { card: 'gpu:1', holders: [{ replica: 'heavy-1', use: 'start' }], line: [] },
      { card: 'cpu', holders: [{ replica: 'cpu-0', use: 'start' }], line: [{ replica: 'cpu-1', use: 'start' }] },
    ]);
    cards.release(cardOf(0), 'heavy-0');
    cards.release(cardOf(undefined), 'cpu-0');
    expect(turns).toEqual(['heavy-0', 'heavy-1', 'cpu-0', 'light-0', 'cpu-1']);
  });
});
