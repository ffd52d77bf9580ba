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

  test('never has two starts, grants no start beside anything, and leaves nobody behind', () => {
    const names = ['a', 'b', 'c', 'd'];
    const event = fc.tuple(fc.constantFrom(start, stop, seize, release), fc.constantFrom(...names));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let lease: Lease = FREE;
        for (const [make, name] of events) {
          const after = stepLease(lease, make(name));
          const uses = [...after.lease.holders.values()];
          for (const replica of after.granted) {
            if (after.lease.holders.get(replica) === 'start') expect(after.lease.holders.size).toBe(1);
          }
          expect(uses.filter((use) => use === 'start').length).toBeLessThanOrEqual(1);
          lease = after.lease;
        }
        for (const name of names)
          for (const holder of [...lease.holders.keys(), name]) lease = stepLease(lease, release(holder)).lease;
        expect(lease.holders.size + lease.line.length).toBe(0);
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
    cards.release(cardOf(0), 'heavy-0');
    cards.release(cardOf(undefined), 'cpu-0');
    expect(turns).toEqual(['heavy-0', 'heavy-1', 'cpu-0', 'light-0', 'cpu-1']);
  });
});
