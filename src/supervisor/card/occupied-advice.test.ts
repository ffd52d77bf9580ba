import { expect, test } from 'bun:test';
import type { CardLook, CardWant } from './memory-proof.ts';
import { occupiedAdvice } from './occupied-advice.ts';

const want: CardWant = { gpu: 0, replica: 'light-0', fraction: 0.52, formerPids: [10] };
const python = { pid: 4242, name: '/usr/bin/python', usedMiB: 30_925 };
const card: CardLook = { is: 'read', totalMiB: 46_068, freeMiB: 12_390, processes: [python] };
const advice = (more: Partial<CardLook>): string => occupiedAdvice({ ...card, ...more }, want, 60_000);

test('names what is needed, what there is, who holds it, and the share that would fit', () => {
  expect(advice({})).toBe(
    'needs 23.4 GiB free on card 0 within 60 s, 12.1 GiB are; held by pid 4242 (python, 30.2 GiB); stop it or lower gpu_memory_utilization of light-0 to 0.25',
  );
});

test('proposes no share of a card that is full', () => {
  expect(advice({ freeMiB: 100 })).toEndWith('; stop it or lower gpu_memory_utilization of light-0');
});

test('says so where the driver does not tell who or how much', () => {
  expect(advice({ processes: [] })).toContain('; held by a process that the driver does not list here; ');
  expect(advice({ processes: [{ ...python, usedMiB: undefined }] })).toContain('; held by pid 4242 (python); ');
});

test('names four and counts the rest', () => {
  const processes = [1, 2, 3, 4, 5, 6].map((pid) => ({ ...python, pid }));
  expect(advice({ processes })).toMatch(/pid 1 .*pid 4 \(python, 30\.2 GiB\), 2 more; stop/);
});

test('speaks of an engine that has ended and that the driver still lists, and of memory that keeps moving', () => {
  expect(advice({ processes: [{ ...python, pid: 10 }, python] })).toBe(
    'needs card 0 within 60 s without pid 10 (python, 30.2 GiB), of an engine that has ended, which the driver still lists; if no such process runs, reset the card or reboot the host',
  );
  expect(advice({ freeMiB: 40_000 })).toContain('to stop changing: 39.1 GiB are free and more comes back');
});
