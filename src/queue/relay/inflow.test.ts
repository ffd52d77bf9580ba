import { expect, test } from 'bun:test';
import { createInflow, type Inflow } from './inflow.ts';
import { WINDOW_BYTES } from './limits.ts';
import { readAll, textOf } from './relay-nodes.fixture.ts';

function started() {
  const told: (number | 'broke')[] = [];
  const inflow = createInflow('worker', {
    tellCredit: (bytes) => void told.push(bytes),
    broke: () => void told.push('broke'),
  });
  inflow.on({ kind: 'reply', from: 'worker', claim: 'c', status: 200, headers: {} });
  return { inflow, told };
}

const data = (inflow: Inflow, n: number, bytes: Uint8Array): void =>
  inflow.on({ kind: 'data', from: 'worker', claim: 'c', n, bytes });
const end = (inflow: Inflow, n: number): void =>
  inflow.on({ kind: 'end', from: 'worker', claim: 'c', n, how: 'whole' });

test('a frame that comes again is none', async () => {
  const { inflow } = started();
  data(inflow, 1, Buffer.from('a'));
  data(inflow, 1, Buffer.from('a'));
  inflow.on({ kind: 'reply', from: 'worker', claim: 'c', status: 500, headers: {} });
  data(inflow, 2, Buffer.from('b'));
  end(inflow, 3);
  const { bytes, error } = await readAll(await inflow.reply);
  expect([textOf(bytes), error]).toEqual(['ab', undefined]);
});

test('what came before a gap is read, then it throws; what comes after the gap is not', async () => {
  const { inflow, told } = started();
  data(inflow, 1, Buffer.from('a'));
  data(inflow, 3, Buffer.from('c'));
  data(inflow, 2, Buffer.from('b'));
  const { bytes, error } = await readAll(await inflow.reply);
  expect([textOf(bytes), error?.message]).toEqual(['a', 'frames of node worker did not arrive: 1']);
  expect(told).toEqual(['broke']);
});

test('a worker that sends more than it may is cut off, so that memory stays bounded', async () => {
  const { inflow, told } = started();
  data(inflow, 1, new Uint8Array(WINDOW_BYTES));
  expect(inflow.isOver()).toBe(false);
  data(inflow, 2, new Uint8Array(1));
  expect(told).toEqual(['broke']);
  expect((await readAll(await inflow.reply)).bytes.byteLength).toBe(WINDOW_BYTES);
});

test('credit follows the reader, a good part of the window at a time', async () => {
  const { inflow, told } = started();
  const piece = WINDOW_BYTES / 8;
  for (let n = 1; n <= 4; n += 1) data(inflow, n, new Uint8Array(piece));
  end(inflow, 5);
  await readAll(await inflow.reply);
  expect(told).toEqual([]); // it has ended: there is nothing to give credit for
  const open = started();
  for (let n = 1; n <= 4; n += 1) data(open.inflow, n, new Uint8Array(piece));
  void open.inflow.reply.then(readAll);
  await Bun.sleep(0); // all that is here is read
  expect(open.told).toEqual([WINDOW_BYTES + 2 * piece, WINDOW_BYTES + 4 * piece]);
});
