import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../fixtures/property-runs.ts';
import { joinMessages, splitMessages } from './batch.ts';
import { MESSAGE_BYTES_MAX } from './wire.ts';

const message = fc.nat({ max: MESSAGE_BYTES_MAX }).map((length) => new Uint8Array(length).fill(length % 256));
const messages = fc.array(fc.oneof(fc.uint8Array({ maxLength: 100 }), message), { maxLength: 20 });

test('messages come out as they went in, in few payloads of bounded size', () => {
  fc.assert(
    fc.property(messages, (list) => {
      const payloads = joinMessages(list);
      expect(payloads.flatMap(splitMessages).map((it) => Bun.hash(it))).toEqual(list.map((it) => Bun.hash(it)));
      for (const payload of payloads) expect(payload.byteLength).toBeLessThanOrEqual(MESSAGE_BYTES_MAX + 4);
      const bytes = payloads.reduce((sum, payload) => sum + payload.byteLength, 0);
      expect(payloads.length).toBeLessThanOrEqual(Math.ceil((2 * bytes) / MESSAGE_BYTES_MAX) + 1);
    }),
    { numRuns: propertyRuns(200) },
  );
});

test('of a payload that is cut off the whole messages are read', () => {
  const [payload = Buffer.alloc(0)] = joinMessages([Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4, 5, 6)]);
  expect(splitMessages(payload.subarray(0, -1)).map((it) => [...it])).toEqual([[1, 2], [3]]);
  expect(splitMessages(payload.subarray(0, 3))).toEqual([]);
});
