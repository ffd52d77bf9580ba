import { beforeEach, describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ReplicaStatus } from '../supervisor/index.ts';
import { silentLog } from '../telemetry/index.ts';
import { statusOf } from './replica-status.fixture.ts';
import { createServiceManager, type ServiceManager } from './service-manager.ts';

let said: string[];
let clock: FakeClock;
let replicas: ReplicaStatus[];
let transition: () => void;
let manager: ServiceManager;

const say = (text: string) => {
  said.push(text);
  return { ok: true } as const;
};

beforeEach(() => {
  said = [];
  clock = createFakeClock();
  replicas = [statusOf('heavy-0', 'ready'), statusOf('heavy-1', 'starting', 'loading')];
  const notifier = {
    active: true,
    watchdogIntervalMs: 1000,
    ready: (status: string) => say(`ready ${status}`),
    reloading: (status: string) => say(`reloading ${status}`),
    stopping: (status: string) => say(`stopping ${status}`),
    status: (status: string) => say(`status ${status}`),
    watchdog: () => say('watchdog'),
    extendTimeout: (forMs: number) => say(`extend ${forMs}`),
  };
  const fleet = {
    replicas: () => replicas,
    onTransition(listener: (it: ReplicaStatus) => void) {
      transition = () => replicas.forEach(listener);
      return () => (transition = () => undefined);
    },
  };
  manager = createServiceManager(notifier, fleet, clock, silentLog);
});

describe('systemd is told', () => {
  test('that the node is ready, and what its replicas do', () => {
    manager.ready();
    expect(said).toEqual(['ready 1/2 replicas ready; heavy-1: starting (loading)']);
  });

  test('of each transition', () => {
    replicas = [statusOf('heavy-0', 'ready')];
    transition();
    expect(said).toEqual(['status 1/1 replicas ready']);
  });

  test('that the event loop lives, at every beat', async () => {
    await clock.advance(2500);
    expect(said).toEqual(['watchdog', 'watchdog']);
  });

  test('to wait longer while a reload goes on, and that it has ended', async () => {
    const end = manager.reloading();
    await clock.advance(1000);
    end();
    await clock.advance(1000);
    expect(said.map((it) => it.split(' ')[0])).toEqual(['reloading', 'watchdog', 'extend', 'ready', 'watchdog']);
  });

  test('that it stops, and how long that may take', () => {
    manager.stopping(30_000);
    expect(said).toEqual(['stopping draining', 'extend 30000']);
  });

  test('nothing once it is closed', async () => {
    manager.close();
    transition();
    await clock.advance(5000);
    expect(said).toEqual([]);
  });
});
