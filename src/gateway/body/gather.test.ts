import { expect, test } from 'bun:test';
import { array, assert, nat, oneof, property } from 'fast-check';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { gather } from './gather.ts';

test('parts of any size come out in order and whole, whatever becomes of what they came in', () => {
  const size = oneof(nat({ max: 40 }), nat({ max: 3000 }), nat({ max: 40_000 }));
  assert(
    property(array(size, { maxLength: 60 }), (sizes) => {
      const body = gather();
      const sent = sizes.map((bytes, index) => Buffer.alloc(bytes, index));
      for (const part of sent) {
        const reused = Buffer.from(part);
        body.add(reused);
        if (part.length < 1000) reused.fill(0xff);
      }
      expect(body.whole().equals(Buffer.concat(sent))).toBe(true);
    }),
    { numRuns: propertyRuns(200) },
  );
});

test('bug: a body in parts of one byte takes no more than about twice its size', () => {
  const body = gather();
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
  for (let byte = 0; byte < 2_000_000; byte += 1) body.add(Uint8Array.of(byte));
  Bun.gc(true);
  const after = process.memoryUsage().heapUsed + process.memoryUsage().external;
  expect(after - before).toBeLessThan(8_000_000);
  expect(body.whole().length).toBe(2_000_000);
});
