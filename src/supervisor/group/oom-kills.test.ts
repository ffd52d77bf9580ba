import { expect, test } from 'bun:test';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { systemClock } from '../../telemetry/index.ts';
import { KERNEL_LINES_OLDEST_MS } from '../card/kernel-log.ts';
import { OOM_LAB } from './oom-kills.fixture.ts';
import { countOomKills, OOM_KILLS_OLDEST_MS, OOM_NOTE_EVERY_MS } from './oom-kills.ts';
import { scratchDirectory } from './scratch.fixture.ts';

/** A cgroup, a host, and the kills that each of them counts. */
function setUp() {
  const scratch = scratchDirectory();
  const vmstat = join(scratch.path, 'vmstat');
  const cgroup = { path: join(scratch.path, 'cgroup'), inode: '1' };
  mkdirSync(cgroup.path);
  return {
    clock: createFakeClock(),
    vmstat,
    cgroup,
    onHost: (count: number) => writeFileSync(vmstat, `pgfault 9\noom_kill ${count}\nnuma_hit 7\n`),
    inCgroup: (count: number) =>
      writeFileSync(join(cgroup.path, 'memory.events'), `low 0\nmax 12\noom 3\noom_kill ${count}\noom_group_kill 0\n`),
    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

test('a cgroup with the memory controller has a count of its own', () => {
  using lab = setUp();
  lab.onHost(40);
  lab.inCgroup(0);
  const kills = countOomKills(lab.cgroup, lab.clock, lab.vmstat);
  lab.onHost(45);
  lab.inCgroup(2);
  expect(kills.count()).toBe(2);
});

test('without it, or once it is removed, the kills of the host since then are counted', () => {
  using lab = setUp();
  lab.onHost(40);
  lab.inCgroup(0);
  const kills = countOomKills(lab.cgroup, lab.clock, lab.vmstat);
  const withoutCgroup = countOomKills(undefined, lab.clock, lab.vmstat);
  lab.onHost(42);
  rmSync(lab.cgroup.path, { recursive: true });
  expect([kills.count(), withoutCgroup.count()]).toEqual([2, 2]);
});

test.each(['onHost', 'inCgroup'] as const)(
  'bug: a kill of long ago explains no ending of today (%s)',
  async (somewhere) => {
    using lab = setUp();
    lab[somewhere](0);
    const kills = countOomKills(lab.cgroup, lab.clock, lab.vmstat);
    await lab.clock.advance(OOM_NOTE_EVERY_MS / 2);
    lab[somewhere](3);
    await lab.clock.advance(OOM_KILLS_OLDEST_MS - OOM_NOTE_EVERY_MS);
    expect(kills.count()).toBe(3);
    await lab.clock.advance(OOM_NOTE_EVERY_MS);
    expect(kills.count()).toBe(0);
    await lab.clock.advance(21 * 86_400_000);
    expect(kills.count()).toBe(0);
    lab[somewhere](4);
    expect(kills.count()).toBe(1);
    kills.stop();
    expect(lab.clock.nextInMs()).toBeUndefined();
  },
);

test('a count that cannot be read for a while is not taken for none', async () => {
  using lab = setUp();
  lab.onHost(40);
  const kills = countOomKills(undefined, lab.clock, lab.vmstat);
  rmSync(lab.vmstat);
  await lab.clock.advance(2 * OOM_KILLS_OLDEST_MS);
  lab.onHost(40);
  expect(kills.count()).toBe(0);
});

test('what is counted has its line in the kernel’s log still', () => {
  expect(OOM_KILLS_OLDEST_MS).toBeLessThanOrEqual(KERNEL_LINES_OLDEST_MS);
});

test('a kernel that counts none has none', () => {
  expect(countOomKills(undefined, createFakeClock(), '/no-such-directory/vmstat').count()).toBe(0);
});

test.skipIf(OOM_LAB === undefined)('a real kill for want of memory is counted', async () => {
  const kills = countOomKills(undefined, systemClock);
  try {
    expect(await OOM_LAB?.killOne()).toBe('SIGKILL');
    expect(kills.count()).toBeGreaterThanOrEqual(1);
  } finally {
    kills.stop();
  }
});
