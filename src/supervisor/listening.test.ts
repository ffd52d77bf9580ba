import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { followStart } from '../engine/index.ts';
import type { SupervisorEffects } from './effects.ts';
import { planOf } from './plan.fixture.ts';
import { beginLife } from './replica/life.ts';
import { createWorld } from './world.fixture.ts';

const LISTENS = '(APIServer pid=1) INFO:     Application startup complete.';

test('bug: an engine that begins to listen is asked by health at once, not when the interval is over', () => {
  const { effects } = createWorld(createFakeClock(), () => 0);
  const told: string[] = [];
  let say: (line: string) => void = () => {};
  const spying: SupervisorEffects = {
    ...effects,
    processes: {
      ...effects.processes,
      spawn(command, onLine) {
        say = onLine;
        return effects.processes.spawn(command, onLine);
      },
    },
    followStart,
    watch: () => ({ listening: () => void told.push('listening'), heard: () => {}, stop: () => {} }),
  };
  effects.launch(planOf('heavy-0', 0));
  beginLife(
    planOf('heavy-0', 0),
    { argv: ['engine'], env: {} },
    spying,
    () => {},
    () => {},
  );
  say('(EngineCore pid=2) INFO 11-21 10:00:00 [core.py:101] Initializing a V1 LLM engine');
  expect(told).toEqual([]);
  say(LISTENS);
  expect(told).toEqual(['listening']);
});
