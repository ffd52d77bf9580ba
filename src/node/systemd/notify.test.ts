import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiveAt } from '../../../test/systemd/notify/receiver.ts';
import { createNotifier } from './index.ts';
import { monotonicUsec } from './monotonic.ts';

const FIXTURE = join(import.meta.dir, '../../../test/systemd/notify/fixture.ts');
const COMPILE_TIMEOUT_MS = 60_000;
/** More than any net.unix.max_dgram_qlen that is in use (10 on a bare kernel, 512 where systemd set it). */
const MORE_THAN_A_SOCKET_HOLDS = 5000;

const SECOND_USEC = 1_000_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-notify-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe.each(['a path', 'an abstract name'])('to %s', (kind) => {
  const socket = () => (kind === 'a path' ? join(directory, 'notify') : `@${directory}`);

  test('every word is one datagram, in order', () => {
    using manager = receiveAt(socket());
    const notifier = createNotifier({ NOTIFY_SOCKET: socket() });

    expect(notifier.status('0/4 replicas ready')).toEqual({ ok: true });
    expect(notifier.ready('listening')).toEqual({ ok: true });
    expect(notifier.watchdog()).toEqual({ ok: true });
    expect(notifier.extendTimeout(1500)).toEqual({ ok: true });
    expect(notifier.stopping('draining')).toEqual({ ok: true });

    expect(manager.next()).toBe('STATUS=0/4 replicas ready');
    expect(manager.next()).toBe('READY=1\nSTATUS=listening');
    expect(manager.next()).toBe('WATCHDOG=1');
    expect(manager.next()).toBe('EXTEND_TIMEOUT_USEC=1500000');
    expect(manager.next()).toBe('STOPPING=1\nSTATUS=draining');
    expect(manager.next()).toBeUndefined();
  });

  test('a reload carries the time of CLOCK_MONOTONIC in the same datagram, as Type=notify-reload wants it', () => {
    using manager = receiveAt(socket());
    const before = monotonicUsec();
    expect(createNotifier({ NOTIFY_SOCKET: socket() }).reloading('reloading')).toEqual({ ok: true });

    const [, usec = '0'] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)\nSTATUS=reloading$/.exec(manager.next() ?? '') ?? [];
    expect(BigInt(usec)).toBeGreaterThanOrEqual(before);
    expect(BigInt(usec)).toBeLessThanOrEqual(monotonicUsec());
  });
});

test('the monotonic clock is the kernel’s: it began with the machine, not with this process as Bun’s does', async () => {
  const [seconds = ''] = (await Bun.file('/proc/uptime').text()).split(' ');
  const now = Number(monotonicUsec());
  expect(now).toBeGreaterThan(performance.now() * 1000 + SECOND_USEC);
  expect(now).toBeLessThan(Number(seconds) * SECOND_USEC + SECOND_USEC); // less where the machine was suspended
});

test('without a service manager every word goes nowhere and that is fine', () => {
  const notifier = createNotifier({});
  expect(notifier.active).toBe(false);
  expect(notifier.ready('listening')).toEqual({ ok: true });
  expect(notifier.reloading('reloading')).toEqual({ ok: true });
});

test('a manager that is gone, and an address of a kind not known, are told to the caller', () => {
  const gone = createNotifier({ NOTIFY_SOCKET: join(directory, 'gone') });
  expect(gone.ready('listening')).toMatchObject({ ok: false, message: expect.stringContaining('ENOENT') });
  const foreign = createNotifier({ NOTIFY_SOCKET: 'vsock:2:9999' });
  expect(foreign.active).toBe(true);
  expect(foreign.ready('listening')).toMatchObject({ ok: false, message: expect.stringContaining('vsock:2:9999') });
});

test('a manager that does not read costs a bounded wait, then a message', () => {
  const socket = join(directory, 'notify');
  using manager = receiveAt(socket);
  const notifier = createNotifier({ NOTIFY_SOCKET: socket });
  let sent = notifier.watchdog();
  for (let count = 1; sent.ok && count < MORE_THAN_A_SOCKET_HOLDS; count += 1) sent = notifier.watchdog();
  expect(sent).toMatchObject({ ok: false, message: expect.stringContaining('EAGAIN') });
  expect(manager.next()).toBe('WATCHDOG=1');
  expect(notifier.watchdog()).toEqual({ ok: true });
});

describe('the environment', () => {
  test('keeps nothing that would let a child speak in our name', () => {
    const env: Record<string, string> = {
      PATH: '/bin',
      NOTIFY_SOCKET: '/run/n',
      WATCHDOG_USEC: '30000000',
      WATCHDOG_PID: '1',
    };
    createNotifier(env);
    expect(env).toEqual({ PATH: '/bin' });
  });

  test('asks for a watchdog call at half of what the manager waits', () => {
    const asked = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '30000000' };
    expect(createNotifier({ ...asked }).watchdogIntervalMs).toBe(15_000);
    expect(createNotifier({ ...asked, WATCHDOG_PID: String(process.pid) }).watchdogIntervalMs).toBe(15_000);
  });

  test('asks for none where the watchdog is off, nonsense, of another process, or without a manager', () => {
    const socket = { NOTIFY_SOCKET: '/run/n' };
    expect(createNotifier({ ...socket }).watchdogIntervalMs).toBeUndefined();
    expect(createNotifier({ ...socket, WATCHDOG_USEC: '0' }).watchdogIntervalMs).toBeUndefined();
    expect(createNotifier({ ...socket, WATCHDOG_USEC: 'soon' }).watchdogIntervalMs).toBeUndefined();
    const foreign = { ...socket, WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid + 1) };
    expect(createNotifier(foreign).watchdogIntervalMs).toBeUndefined();
    expect(createNotifier({ WATCHDOG_USEC: '30000000' }).watchdogIntervalMs).toBeUndefined();
  });
});

test(
  'all of it works compiled',
  () => {
    const binary = join(directory, 'fixture');
    const build = Bun.spawnSync([process.execPath, 'build', '--compile', FIXTURE, '--outfile', binary], {
      cwd: directory,
    });
    expect(build.stderr.toString()).not.toContain('error');
    const socket = join(directory, 'notify');
    using manager = receiveAt(socket);

    const run = Bun.spawnSync([binary], { cwd: directory, env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' } });

    const ok = { ok: true };
    expect(JSON.parse(run.stdout.toString())).toEqual({
      sent: [ok, ok, ok, ok, ok],
      watchdogIntervalMs: 1500,
      left: {},
    });
    expect(manager.next()).toBe('STATUS=0/4 replicas ready');
    expect(manager.next()).toBe('READY=1\nSTATUS=listening');
    expect(manager.next()).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=reloading$/);
    expect(manager.next()).toBe('WATCHDOG=1');
    expect(manager.next()).toBe('STOPPING=1\nSTATUS=draining');
    expect(manager.next()).toBeUndefined();
  },
  COMPILE_TIMEOUT_MS,
);
