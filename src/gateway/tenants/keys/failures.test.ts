import { describe, expect, test } from 'bun:test';
import { ADDRESSES_MAX, createKeyFailures } from './failures.ts';

const at = (start = 0) => {
  let nowMs = start;
  return { nowMs: () => nowMs, pass: (ms: number) => (nowMs += ms) };
};

describe('wrong keys', () => {
  test('are counted by address: one is beyond, another is not', () => {
    const failures = createKeyFailures(2, at());
    expect([1, 2, 3, 4].map(() => failures.isBeyond('10.0.0.1'))).toEqual([false, false, true, true]);
    expect(failures.isBeyond('10.0.0.2')).toBe(false);
  });

  test('are forgotten after a minute', () => {
    const clock = at(7);
    const failures = createKeyFailures(1, clock);
    failures.isBeyond('10.0.0.1');
    clock.pass(59_999);
    expect(failures.isBeyond('10.0.0.1')).toBe(true);
    clock.pass(1);
    expect(failures.isBeyond('10.0.0.1')).toBe(false);
  });

  test('of one IPv6 network are one’s, however its addresses are written', () => {
    const failures = createKeyFailures(3, at());
    const addresses = ['2001:db8::1', '2001:db8:0:0:ffff::', '2001:db8::5:6:7:8', '2001:db8:0:0:1:2:3:4'];
    expect(addresses.map((it) => failures.isBeyond(it))).toEqual([false, false, false, true]);
    expect(failures.isBeyond('2001:db8:0:1::1')).toBe(false);
  });

  test('of IPv4 inside IPv6 are each address’s own', () => {
    const failures = createKeyFailures(1, at());
    expect(['::ffff:10.0.0.1', '::ffff:10.0.0.2'].map((it) => failures.isBeyond(it))).toEqual([false, false]);
  });

  test('from more addresses than are counted are beyond at once; those counted go on as they were', () => {
    const failures = createKeyFailures(2, at());
    for (let host = 0; host < ADDRESSES_MAX; host += 1) failures.isBeyond(`host-${host}`);
    expect(failures.isBeyond('one more')).toBe(true);
    expect(failures.isBeyond('host-0')).toBe(false);
  });
});
