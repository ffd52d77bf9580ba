import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { BYTES_PER_SECOND_MAX, createLineMeter, LAST_LINES_MAX, LINES_PER_SECOND_MAX } from './meter.ts';

function setUp() {
  const clock = createFakeClock();
  const lines: string[] = [];
  const meter = createLineMeter(clock, (text) => lines.push(text));
  return { clock, lines, meter, write: (text: string) => meter.push(new TextEncoder().encode(text)) };
}

/** `0\n1\n2\n…` */
const numbered = (count: number): string => Array.from({ length: count }, (_, number) => `${number}\n`).join('');

test('what is within the budget comes whole and at once, second by second', async () => {
  const { clock, lines, meter, write } = setUp();
  for (let second = 1; second <= 3; second += 1) {
    write(numbered(LINES_PER_SECOND_MAX));
    expect(lines).toHaveLength(second * LINES_PER_SECOND_MAX);
    expect(meter.isSpent()).toBe(false);
    await clock.advance(1_000);
  }
  expect(lines).toHaveLength(3 * LINES_PER_SECOND_MAX);
});

test('bug: a flood is taken up to the budget; the rest is counted, and its last lines are kept', async () => {
  const { clock, lines, meter, write } = setUp();
  write(numbered(10_000));
  expect(lines).toHaveLength(LINES_PER_SECOND_MAX);
  expect(meter.isSpent()).toBe(true);
  await clock.advance(1_000);
  const lost = 10_000 - LINES_PER_SECOND_MAX - LAST_LINES_MAX;
  expect(lines[LINES_PER_SECOND_MAX]).toStartWith(`[${lost} lines dropped: it writes faster than 1000 lines`);
  expect(lines.slice(LINES_PER_SECOND_MAX + 1)).toEqual(
    Array.from({ length: LAST_LINES_MAX }, (_, number) => String(10_000 - LAST_LINES_MAX + number)),
  );
  expect(meter.isSpent()).toBe(false);
  write('and on\n');
  expect(lines.at(-1)).toBe('and on');
});

test('bug: the last words after a flood are kept, also those without an end', async () => {
  const { lines, meter, write } = setUp();
  for (let part = 0; part < 50; part += 1) write(numbered(1_000));
  write('Traceback\n  engine.py\nout of memory');
  meter.end();
  expect(lines.slice(-3)).toEqual(['Traceback', '  engine.py', 'out of memory']);
});

test('a line that a second cuts in two is told once and whole', async () => {
  const { clock, lines, write } = setUp();
  write(`${numbered(5_000)}half`);
  await clock.advance(1_000);
  expect(lines.at(-1)).toBe('4999');
  write(' and half\n');
  expect(lines.at(-1)).toBe('half and half');
});

test('a flood of few long lines has a budget too', () => {
  const { lines, meter, write } = setUp();
  for (let part = 0; part < 400; part += 1) write(`${'x'.repeat(9_999)}\n`);
  meter.end();
  expect(lines.join('').length).toBeLessThan(1.2 * BYTES_PER_SECOND_MAX);
  expect(lines.some((line) => line.includes('lines dropped'))).toBe(true);
});

test('no line comes twice, and each is told or counted', () => {
  for (const count of [LINES_PER_SECOND_MAX, LINES_PER_SECOND_MAX + 1, LINES_PER_SECOND_MAX + 150, 9_000]) {
    const { lines, meter, write } = setUp();
    for (const line of numbered(count).split(/(?<=\n)/)) write(line);
    meter.end();
    const counted = Number(/^\[(\d+) lines dropped/.exec(lines[LINES_PER_SECOND_MAX] ?? '')?.[1] ?? 0);
    const told = lines.filter((line) => !line.startsWith('['));
    expect(new Set(told).size).toBe(told.length);
    expect(told.length + counted).toBe(count);
    expect(told.at(-1)).toBe(String(count - 1));
  }
});

test('bytes that are no text do no harm', () => {
  const { lines, meter } = setUp();
  meter.push(new Uint8Array([0xff, 0x41, 0x0a]));
  expect(lines).toEqual(['\uFFFDA']);
});

test('nothing wakes it once the output is over', () => {
  const { clock, meter, write } = setUp();
  write(numbered(5_000));
  meter.end();
  expect(clock.nextInMs()).toBeUndefined();
});
