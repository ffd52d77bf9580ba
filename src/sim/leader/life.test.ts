import { describe, expect, test } from 'bun:test';
import { live, type Life, type LifeEffect, type LifeEvent, type LifeFacts } from './life.ts';

const idle: LifeFacts = { inFlight: 0, drains: false };
const busy: LifeFacts = { inFlight: 3, drains: false };
const draining: LifeFacts = { inFlight: 3, drains: true };
const starting: Life = { in: 'starting', swallowed: false };
const serving: Life = { in: 'serving', coreEnding: false };

/** Lives through events and collects what they make happen. */
function through(life: Life, events: readonly LifeEvent['on'][], facts: LifeFacts) {
  const effects: LifeEffect['do'][] = [];
  for (const on of events) {
    const step = live(life, { on }, facts);
    ({ life } = step);
    effects.push(...step.effects.map((effect) => effect.do));
  }
  return { in: life.in, effects };
}

/** SIGTERM with a drain, then more. */
const drains = (...events: readonly LifeEvent['on'][]) =>
  through(serving, ['terminate', 'moment_over', ...events], draining);

describe('starting', () => {
  test('listens when the core is ready', () => {
    expect(through(starting, ['core_ready'], idle)).toEqual({ in: 'serving', effects: ['listen'] });
  });
  test('swallows one SIGTERM and is never ready then, whatever the core does', () => {
    expect(through(starting, ['terminate', 'core_ready', 'core_exited'], idle)).toEqual({
      in: 'starting',
      effects: [],
    });
  });
  test('ends by SIGINT at the second', () => {
    expect(through(starting, ['terminate', 'terminate'], idle).effects).toEqual(['kill_core', 'exit_by_interrupt']);
  });
  test('reports a core that died', () => {
    expect(through(starting, ['core_exited'], idle).effects).toEqual(['report_start_failure', 'exit']);
  });
});

describe('SIGTERM while serving', () => {
  test('idle: ends', () => {
    expect(through(serving, ['terminate', 'moment_over'], idle).effects).toEqual(['wait', 'kill_core', 'exit']);
  });
  test('busy: aborts', () => {
    const { effects } = through(serving, ['terminate', 'moment_over'], busy);
    expect(effects).toEqual(['wait', 'abort_requests', 'kill_core', 'exit']);
  });
  test('busy, and the core got one too: waits for clients that hear nothing more', () => {
    const hung = through(serving, ['terminate', 'core_ending', 'moment_over', 'core_exited', 'terminate'], busy);
    expect(hung).toEqual({ in: 'waiting_for_clients', effects: ['wait', 'kill_core', 'stop_listening'] });
    expect(through({ in: 'waiting_for_clients' }, ['clients_gone'], busy).effects).toEqual(['kill_core', 'exit']);
  });
  test('idle, and the core got one too: ends', () => {
    expect(through(serving, ['core_ending', 'terminate', 'moment_over'], idle).in).toBe('gone');
  });
});

describe('draining', () => {
  test('ends when the last request did', () => {
    expect(drains('idle')).toEqual({ in: 'gone', effects: ['wait', 'wait', 'kill_core', 'exit'] });
  });
  test('abandons the clients when its time is over', () => {
    expect(drains('drain_over').in).toBe('waiting_for_clients');
  });
  test('fails the requests when the core dies', () => {
    expect(drains('core_exited').effects.slice(2)).toEqual(['fail_requests', 'exit']);
  });
});

test('the core’s death fails the requests; the watchdog ends the server with 0', () => {
  const dead = through(serving, ['core_exited'], busy);
  expect(dead).toEqual({ in: 'engine_dead', effects: ['fail_requests', 'wait'] });
  expect(live({ in: 'engine_dead' }, { on: 'watchdog' }, busy).effects).toContainEqual({ do: 'exit', code: 0 });
});
