import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OOM_LAB } from './oom-kills.fixture.ts';
import { countOomKills } from './oom-kills.ts';
import { scratchDirectory } from './scratch.fixture.ts';

test('a cgroup with the memory controller has a count of its own', () => {
  using scratch = scratchDirectory();
  const events = join(scratch.path, 'memory.events');
  const kills = countOomKills({ path: scratch.path, inode: '1' });
  writeFileSync(events, 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n');
  expect(kills()).toBe(2);
});

test('without it, or once it is removed, the kills of the host since then are counted', () => {
  using scratch = scratchDirectory();
  const vmstat = join(scratch.path, 'vmstat');
  const write = (count: number) => writeFileSync(vmstat, `pgfault 9\noom_kill ${count}\nnuma_hit 7\n`);
  write(40);
  const kills = countOomKills({ path: scratch.path, inode: '1' }, vmstat);
  expect(kills()).toBe(0);
  write(42);
  expect(kills()).toBe(2);
});

test('a kernel that counts none has none', () => {
  expect(countOomKills(undefined, '/no-such-directory/vmstat')()).toBe(0);
});

test.skipIf(OOM_LAB === undefined)('a real kill for want of memory is counted', async () => {
  const kills = countOomKills(undefined);
  expect(await OOM_LAB?.killOne()).toBe('SIGKILL');
  expect(kills()).toBeGreaterThanOrEqual(1);
});
