import { must, mustSoon, type Scenario } from '../scenario.ts';
import { addressOf, ask } from '../traffic.ts';

/** llamactl’s grace for one engine is 30 s and cannot be changed. */
const END_LIMIT_MS = 45_000;

/** What happens to the engines when their supervisor ends. */
export const SUPERVISOR: readonly Scenario[] = [
  {
    name: 'supervisor-term',
    does: 'SIGTERM to the supervisor, two engines ready and idle.',
    requires: 'Within 45 seconds it has ended and nothing of the engines is left.',
    taughtBy: 'systemd.kill(5)',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engines = [stage.engine('a'), stage.engine('b')];
      const running = await stage.open();
      process.kill(running.pid, 'SIGTERM');
      const tookMs = await mustSoon(
        'something is left',
        END_LIMIT_MS,
        () => !running.isAlive() && engines.every((it) => it.processes().length === 0),
      );
      return { note: `all gone after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'supervisor-term-during-start',
    does: 'SIGTERM to the supervisor while an engine is loading, which swallows its first SIGTERM.',
    requires: 'Within 45 seconds both have ended and nothing is left.',
    taughtBy: 'vllm/utils/network_utils.py zmq_socket_ctx; systemd waits TimeoutStopSec, then kills all',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 8' });
      const running = await stage.start();
      await mustSoon('it never started', 10_000, () => engine.core() !== undefined);
      await Bun.sleep(1500); // into the load, past the imports
      process.kill(running.pid, 'SIGTERM');
      const tookMs = await mustSoon(
        'something is left',
        END_LIMIT_MS,
        () => !running.isAlive() && engine.processes().length === 0,
      );
      return { note: `all gone after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'second-term',
    does: 'SIGTERM to the supervisor during a long stream, and a second one because the operator will not wait.',
    requires: 'Five seconds after the second one nothing is left.',
    taughtBy: 'custom of servers; vllm#36964',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ drainS: 60 });
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = ask(addressOf(running, engine), 'a', { tokens: 8000, stream: true, limitMs: 60_000 });
      await Bun.sleep(1000);
      process.kill(running.pid, 'SIGTERM');
      await Bun.sleep(1500);
      if (running.isAlive()) process.kill(running.pid, 'SIGTERM');
      const tookMs = await mustSoon(
        'something is left',
        5000,
        () => !running.isAlive() && engine.processes().length === 0,
      );
      await asked;
      return { note: `all gone after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'supervisor-killed',
    does: 'kill -9 of the supervisor, two engines ready.',
    requires: 'Within ten seconds nothing of the engines is left: what nobody watches must not hold a card.',
    taughtBy: 'vllm#55510, vllm#19849; prctl(2) PR_SET_PDEATHSIG reaches children only',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engines = [stage.engine('a'), stage.engine('b')];
      const running = await stage.open();
      process.kill(running.pid, 'SIGKILL');
      const tookMs = await mustSoon('engines are left', 10_000, () =>
        engines.every((it) => it.processes().length === 0),
      );
      return { note: `all gone after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'supervisor-killed-during-start',
    does: 'kill -9 of the supervisor while an engine is loading.',
    requires: 'Within ten seconds nothing of the engine is left.',
    taughtBy: 'vllm measured: SIGKILL while starting orphans the core',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 8' });
      const running = await stage.start();
      await mustSoon('it never started', 10_000, () => engine.core() !== undefined);
      process.kill(running.pid, 'SIGKILL');
      const tookMs = await mustSoon('engines are left', 10_000, () => engine.processes().length === 0);
      return { note: `all gone after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'supervisor-comes-back',
    does: 'kill -9 of the supervisor and, at once, its next start, as systemd does it.',
    requires: 'One engine serves, a new one, and no process of the earlier life is left.',
    taughtBy: 'systemd.service(5) Restart=always; vllm#55510 (two engines on one card)',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const before = engine.processes().map(({ pid }) => pid);
      const { length } = engine.starts();
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
      await stage.start();
      const tookMs = await mustSoon(
        'no new engine serves',
        20_000,
        async () => engine.starts().length > length && (await engine.serves()),
      );
      await mustSoon('more than one leader and one core run', 5000, () => engine.processes().length === 2);
      must(!engine.processes().some(({ pid }) => before.includes(pid)), 'the engine that serves is the orphan');
      return { seconds: tookMs / 1000 };
    },
  },
];
