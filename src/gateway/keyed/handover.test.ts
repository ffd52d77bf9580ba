import { expect, test } from 'bun:test';
import { createHandover } from './handover.ts';

const piece = (text: string) => Buffer.from(text);

test('pieces arrive in order, each once, and then the end', async () => {
  const handover = createHandover();
  const giving = (async () => {
    for (const text of ['a', 'b', 'c']) await handover.give(piece(text));
    handover.end();
  })();
  const taken: string[] = [];
  for await (const it of handover.pieces) taken.push(Buffer.from(it).toString());
  expect(taken).toEqual(['a', 'b', 'c']);
  await giving;
});

test('the giver waits for the taker', async () => {
  const handover = createHandover();
  let given = 0;
  void handover.give(piece('a')).then(() => (given += 1));
  await Bun.sleep(1);
  expect(given).toBe(0);
  await handover.pieces[Symbol.asyncIterator]().next();
  expect(given).toBe(1);
});

test('nobody waits for a taker that has left, before or while it is given something', async () => {
  const handover = createHandover();
  const giving = handover.give(piece('a'));
  handover.leave();
  await giving;
  await handover.give(piece('b'));
});

test('a taker that stops its loop has left', async () => {
  const handover = createHandover();
  const giving = (async () => {
    await handover.give(piece('a'));
    await handover.give(piece('b'));
    await handover.give(piece('c'));
  })();
  for await (const _ of handover.pieces) break;
  await giving;
});
