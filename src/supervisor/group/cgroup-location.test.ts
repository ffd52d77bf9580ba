import { describe, expect, test } from 'bun:test';
import { locateCgroup } from './cgroup-location.ts';

/** Debian 12 with its own systemd: v2 alone. */
const V2 = `22 27 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
30 23 0:27 / /sys/fs/pstore rw,nosuid,nodev,noexec,relatime shared:7 - pstore pstore rw
`;

/** v1 for the controllers, v2 beside it. */
const HYBRID = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const HYBRID_MEMBERSHIP = `9:name=systemd:/user.slice/user-0.slice/session-1.scope
4:memory:/user.slice
0::/user.slice/user-0.slice/session-1.scope
`;

const V1 = HYBRID.replace(/^41 .*\n/m, '');
const V1_MEMBERSHIP = HYBRID_MEMBERSHIP.replace(/^0::.*\n/m, '');

/** A container without a cgroup namespace: its part of the hierarchy alone is mounted. */
const PART =
  '43 30 0:26 /machine/payload /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:12 - cgroup2 cgroup rw\n';

describe('our own cgroup', () => {
  test('of v2', () => {
    expect(locateCgroup(V2, '0::/system.slice/ssw-infer.service\n')).toBe(
      '/sys/fs/cgroup/system.slice/ssw-infer.service',
    );
  });

  test('of v2 on a hybrid host', () => {
    expect(locateCgroup(HYBRID, HYBRID_MEMBERSHIP)).toBe(
      '/sys/fs/cgroup/unified/user.slice/user-0.slice/session-1.scope',
    );
  });

  test('that is the root', () => {
    expect(locateCgroup(V2, '0::/\n')).toBe('/sys/fs/cgroup');
  });

  test('below a root that is not the hierarchy’s', () => {
    expect(locateCgroup(PART, '0::/machine/payload/a.service\n')).toBe('/sys/fs/cgroup/a.service');
    expect(locateCgroup(PART, '0::/machine/payload\n')).toBe('/sys/fs/cgroup');
  });

  test('whatever its name: systemd writes a dash as \\x2d, mountinfo a space as \\040', () => {
    const mounted = V2.replace(' /sys/fs/cgroup ', String.raw` /sys/fs/c\040group `);
    expect(locateCgroup(mounted, '0::/a\\x2db - c: d.slice\n')).toBe('/sys/fs/c group/a\\x2db - c: d.slice');
  });
});

describe('there is none', () => {
  test('on v1', () => {
    expect(locateCgroup(V1, V1_MEMBERSHIP)).toBeUndefined();
  });

  test('where the kernel has v2 and nobody mounted it', () => {
    expect(locateCgroup(V1, HYBRID_MEMBERSHIP)).toBeUndefined();
  });

  test('outside of what is mounted or of the namespace', () => {
    expect(locateCgroup(PART, '0::/machine/payload-2\n')).toBeUndefined();
    expect(locateCgroup(PART, '0::/\n')).toBeUndefined();
    expect(locateCgroup(V2, '0::/../other.service\n')).toBeUndefined();
  });

  test('once it has been removed', () => {
    expect(locateCgroup(V2, '0::/gone.service (deleted)\n')).toBeUndefined();
  });

  test('in what is no such text', () => {
    for (const text of ['', '\n', '0::', ' - cgroup2 ', 'cgroup2']) {
      expect(locateCgroup(text, text)).toBeUndefined();
    }
  });
});
