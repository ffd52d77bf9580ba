import { afterEach, describe, expect, test } from 'bun:test';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import {
  createKernelLog,
  KERNEL_LINE_CHARACTERS_MAX,
  KERNEL_LINES_MAX,
  KERNEL_LINES_OLDEST_MS,
  KERNEL_READ_EVERY_MS,
  type KernelLog,
} from './kernel-log.ts';

const XID = 'NVRM: Xid (PCI:0000:01:00): 79, pid=4242, name=python, GPU has fallen off the bus.';
const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).toReversed()) step();
});

function setUp(): { readonly path: string; readonly log: KernelLog; readonly clock: FakeClock } {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-kernel-log-'));
  const path = join(directory, 'kmsg');
  writeFileSync(path, '6,1,1,-;from before\n');
  const clock = createFakeClock();
  const log = createKernelLog(clock, path);
  undo.push(
    () => rmSync(directory, { recursive: true }),
    () => log[Symbol.dispose](),
  );
  return { path, log, clock };
}

describe('the kernel’s log', () => {
  test('is read from now on, without numbers and tags', () => {
    const { path, log } = setUp();
    const since = log.since();
    expect(since.lines()).toEqual([]);
    appendFileSync(path, `3,2,1000,-;${XID}\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n6,3,1001,c;second\n`);
    expect(since.lines()).toEqual([XID, 'second']);
    expect(log.since().lines()).toEqual([]);
  });

  test('is read by several, each from its own beginning', () => {
    const { path, log } = setUp();
    const first = log.since();
    appendFileSync(path, '6,2,1,-;one\n');
    const second = log.since();
    appendFileSync(path, '6,3,1,-;two\n');
    expect([first.lines(), second.lines(), first.lines()]).toEqual([['one', 'two'], ['two'], ['one', 'two']]);
  });

  test('bug: what was said hours ago explains no ending of now', async () => {
    const { path, log, clock } = setUp();
    const since = log.since();
    appendFileSync(path, `3,2,1000,-;${XID}\n`);
    await clock.advance(KERNEL_READ_EVERY_MS);
    expect(since.lines()).toEqual([XID]);
    await clock.advance(KERNEL_LINES_OLDEST_MS - KERNEL_READ_EVERY_MS);
    expect(since.lines()).toEqual([XID]);
    await clock.advance(2 * KERNEL_READ_EVERY_MS);
    expect(since.lines()).toEqual([]);
    appendFileSync(path, '6,3,1001,-;of now\n');
    expect(since.lines()).toEqual(['of now']);
  });

  test('is kept within bounds', () => {
    const { path, log } = setUp();
    const since = log.since();
    for (let at = 1; at <= KERNEL_LINES_MAX + 10; at += 1) appendFileSync(path, `6,${at},1,-;line ${at}\n`);
    expect(since.lines()).toHaveLength(KERNEL_LINES_MAX);
    expect(since.lines().at(-1)).toBe(`line ${KERNEL_LINES_MAX + 10}`);
    appendFileSync(path, `6,1,1,-;${'x'.repeat(4_000)}\n`);
    expect(since.lines().at(-1)).toHaveLength(KERNEL_LINE_CHARACTERS_MAX);
  });

  test('does not wait where nobody speaks', () => {
    const { path } = setUp();
    const fifo = `${path}.fifo`;
    expect(Bun.spawnSync(['mkfifo', fifo]).exitCode).toBe(0);
    const log = createKernelLog(createFakeClock(), fifo);
    undo.push(() => log[Symbol.dispose]());
    expect(log.since().lines()).toEqual([]);
  });

  test.each(['/no-such-directory/kmsg', '/proc/self/mem', '/'])('has no lines where it cannot be read: %s', (path) => {
    const log = createKernelLog(createFakeClock(), path);
    expect(log.since().lines()).toEqual([]);
    log[Symbol.dispose]();
    expect(log.since().lines()).toEqual([]);
  });
});
