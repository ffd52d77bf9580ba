import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../fixtures/engine.ts';
import { openDevice, type Device } from './device.ts';
import type { Holding } from './holding.ts';
import { openLedger, readHoldings, writeHolding } from './ledger.ts';
import { startTicksOf } from './process-identity.ts';

let ledger = '';
beforeEach(() => {
  ledger = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(ledger, { recursive: true, force: true }));

const own = startTicksOf('self') ?? 0;
const mine: Holding = { pid: process.pid, startTicks: own, name: 'me', card: 0, bytes: 7, keepMs: 0 };
/** The same pid, another process: one that ended before this one began. */
const predecessor: Holding = { ...mine, startTicks: own - 1, bytes: 100 };

const heldBytes = () => readHoldings(ledger).map(({ bytes }) => bytes);

test('a living process’s entry counts, the last one written', () => {
  writeHolding(ledger, mine);
  writeHolding(ledger, { ...mine, bytes: 9 });
  expect(readHoldings(ledger)).toEqual([{ ...mine, bytes: 9, owner: 'lives' }]);
});

test('a dead process’s entry does not, even where its pid is in use again', () => {
  writeHolding(ledger, predecessor);
  expect(heldBytes()).toEqual([]);
});

test('an entry is whole at any time, and gone with a writer that is killed in the middle of writing', async () => {
  const program = [process.execPath, join(import.meta.dir, '../fixtures/restless-holder.ts'), ledger];
  await using writer = Bun.spawn(program, { stdout: 'pipe' });
  await writer.stdout.getReader().read();
  const seen = new Set<string>();
  await until(() => {
    for (let look = 0; look < 1000; look += 1) seen.add(heldBytes().join());
    return seen.size > 1;
  });
  expect([...seen].toSorted()).toEqual(['1', '1048577']);
  writer.kill('SIGKILL');
  await until(() => heldBytes().length === 0);
});

test('a zombie holds nothing any more', async () => {
  // The shell becomes a `sleep` that never reaps the child it inherits.
  await using parent = Bun.spawn(['sh', '-c', 'true & echo $!; exec sleep 60'], { stdout: 'pipe' });
  const { value } = await parent.stdout.getReader().read();
  const pid = Number(new TextDecoder().decode(value));
  await until(() => startTicksOf(pid) === undefined);
  expect(startTicksOf(parent.pid)).toBeNumber();
  parent.kill('SIGKILL');
});

test('what is no entry is passed over: a draft cut short by SIGKILL, another file, half a number', () => {
  writeFileSync(join(ledger, '1-2.json.draft'), '{"pid":');
  writeFileSync(join(ledger, 'cards.json'), '{}');
  writeFileSync(join(ledger, `${process.pid}-${own}.json`), '{"pid":');
  expect(heldBytes()).toEqual([]);
});

test('a ledger that nobody made is empty', () => {
  expect(readHoldings(join(ledger, 'none'))).toEqual([]);
});

test('opening it clears what the dead left', () => {
  writeHolding(ledger, predecessor);
  writeHolding(ledger, mine);
  openLedger(ledger);
  expect(readdirSync(ledger)).toEqual([`${process.pid}-${own}.json`]);
});

test('a driver may keep a dead process’s memory, from the first look that finds it gone', () => {
  writeHolding(ledger, { ...predecessor, keepMs: 60_000 });
  expect(readHoldings(ledger)).toMatchObject([{ bytes: 100, owner: 'gone' }]);
  openLedger(ledger);
  expect(heldBytes()).toEqual([100]);
  const longAgo = new Date(Date.now() - 61_000);
  utimesSync(join(ledger, `${process.pid}-${own - 1}.json.gone`), longAgo, longAgo);
  expect(heldBytes()).toEqual([]);
});

test('a device gives what there is, and words of PyTorch for what there is not', () => {
  const device: Device = openDevice({ ledger, card: 0, totalBytes: 2 ** 30, name: 'me', keepMs: 0 });
  expect(device.allocate(2 ** 29)).toBeUndefined();
  expect(device.allocate(2 ** 30)).toStartWith(
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has a total capacity of 1.00 GiB of which 512.00 MiB is free.',
  );
  expect(device.snapshot()).toEqual({ freeBytes: 2 ** 29, totalBytes: 2 ** 30 });
  device.free(2 ** 29);
  expect(device.snapshot().freeBytes).toBe(2 ** 30);
});
