import { describe, expect, test } from 'bun:test';
import { NEVER_STARTED, type Replica, type Stage } from '../replica/stage.ts';
import { mayLeave, presenceOf } from './room.ts';

const capacity = { kvTokens: 1000, sequencesMax: 8 };
const draining = { in: 'draining', capacity, isQuiet: false, hasCard: false } as const;

describe('presence', () => {
  const of = (stage: Stage, more: Partial<Replica> = {}, isOurs = true) =>
    presenceOf({ ...NEVER_STARTED, stage, ...more }, isOurs);

  test('ready is what serves and is not on its way out', () => {
    expect(of({ in: 'ready', capacity, leaving: undefined })).toBe('ready');
    expect(of({ in: 'ready', capacity, leaving: 'again' })).toBe('coming');
    expect(of({ in: 'ready', capacity, leaving: 'down' })).toBe('down');
  });

  test('coming is what will serve by itself', () => {
    expect(of({ in: 'backoff' })).toBe('coming');
    expect(of({ in: 'waiting_for_card', for: 'turn' })).toBe('coming');
    expect(of({ in: 'stopping', next: 'again' })).toBe('coming');
    expect(of({ ...draining, next: 'again' })).toBe('coming');
  });

  test('down is what an operator has to see to', () => {
    expect(of({ in: 'failed' })).toBe('down');
    expect(of({ in: 'stopping', next: 'down' })).toBe('down');
    expect(of({ ...draining, next: 'stay' })).toBe('down');
    expect(of({ in: 'backoff' }, { held: true })).toBe('down');
  });

  test('nobody here brings back an engine that somebody else runs', () => {
    expect(of({ in: 'backoff' }, {}, false)).toBe('down');
    expect(of({ in: 'ready', capacity, leaving: undefined }, {}, false)).toBe('ready');
  });
});

describe('a replica may leave', () => {
  test('while enough others serve', () => {
    expect(mayLeave('ready', ['ready', 'coming'], 1)).toBe(true);
    expect(mayLeave('ready', ['ready', 'coming'], 2)).toBe(false);
  });
  test('where no other one comes back: it cannot be held', () => {
    expect(mayLeave('ready', [], 1)).toBe(true);
    expect(mayLeave('ready', ['ready', 'down'], 2)).toBe(true);
  });
  test('but not while one is down that comes back, though that be too few', () => {
    expect(mayLeave('ready', ['coming'], 3)).toBe(false);
  });
  test('where it does not serve', () => {
    expect(mayLeave('down', ['coming'], 1)).toBe(true);
  });
});
