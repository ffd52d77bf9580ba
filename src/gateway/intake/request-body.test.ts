import { expect, test } from 'bun:test';
import { createReceiving } from './receiving.ts';
import { readBody } from './request-body.ts';

const LIMIT_BYTES = 1_000_000;

function request(bytes: number, announced = String(bytes)): Request {
  const headers = { 'content-length': announced };
  return new Request('http://a/', { method: 'POST', body: 'x'.repeat(bytes), headers });
}

test('a short body is counted by its length while it comes, and not after', async () => {
  const receiving = createReceiving(LIMIT_BYTES);
  const reading = readBody(request(1000), LIMIT_BYTES, receiving);
  expect([receiving.announced.heldBytes(), receiving.arrived.heldBytes()]).toEqual([1000, 0]);
  expect(await reading).toMatchObject({ ok: true, bytes: Buffer.alloc(1000, 'x') });
  expect(receiving.announced.heldBytes()).toBe(0);
});

test('where many were announced it is counted by what came of it, and refused where that is too much', async () => {
  const receiving = createReceiving(LIMIT_BYTES);
  expect(receiving.announced.take(67_108_864)).toBe(true);
  expect(await readBody(request(1000), LIMIT_BYTES, receiving)).toMatchObject({ ok: true });
  receiving.arrived.take(LIMIT_BYTES);
  expect(await readBody(request(1000), LIMIT_BYTES, receiving)).toEqual({ ok: false, why: 'no_room' });
  expect(receiving.arrived.heldBytes()).toBe(LIMIT_BYTES);
});

test('a length that is written twice is none: the body is counted as it comes', async () => {
  const receiving = createReceiving(LIMIT_BYTES);
  expect(await readBody(request(1000, '1000, 1000'), LIMIT_BYTES, receiving)).toMatchObject({ ok: true });
});
