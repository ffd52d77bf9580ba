import { expect, test } from 'bun:test';
import { createSeats } from './seats.ts';

test('a tenant has as many requests here as it may; one that ends makes room for the next', () => {
  const seats = createSeats();
  const leave = seats.take('a', 2);
  seats.take('a', 2);
  expect(seats.take('a', 2)).toBeUndefined();
  expect(seats.take('b', 2)).toBeDefined();
  leave?.();
  expect(seats.take('a', 2)).toBeDefined();
  expect(seats.take('a', 2)).toBeUndefined();
});

test('a limit that comes later counts those that are here', () => {
  const seats = createSeats();
  seats.take('a', undefined);
  expect(seats.take('a', 1)).toBeUndefined();
});
