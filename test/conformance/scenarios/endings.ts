import { comesBack, signal } from '../recovery.ts';
import { must, mustSoon, type Scenario } from '../scenario.ts';
import { addressOf, keepAsking } from '../traffic.ts';

/** An engine that ends although nobody asked it to. */
export const ENDINGS: readonly Scenario[] = [
  {
    name: 'crash-while-idle',
    does: 'The engine exits with code 1 while it has nothing to do.',
    requires: 'It is back before anybody asks.',
    taughtBy:
      'supervisord manual, autorestart; llama-swap starts an engine at the next request only (process_command.go)',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      await stage.open();
      return comesBack(engine, () => engine.fault('crash'));
    },
  },
  {
    name: 'crash-under-requests',
    does: 'The engine exits with code 1 while requests keep coming.',
    requires: 'It is back.',
    taughtBy: 'the floor of every supervisor',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        return await comesBack(engine, () => engine.fault('crash'));
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'exit-zero-while-idle',
    does: 'The engine exits with code 0 while idle, as vLLM does when its core has died.',
    requires: 'An exit nobody asked for is a crash whatever its code: it is back before anybody asks.',
    taughtBy: 'vllm#48966',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      await stage.open();
      return comesBack(engine, () => engine.fault('exit_zero'));
    },
  },
  {
    name: 'leader-killed',
    does: 'kill -9 of the API server: the engine core survives it and keeps the card’s memory.',
    requires: 'The engine is back, and the orphan was gone before the new one started.',
    taughtBy: 'vllm#55510',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      // A target that waits for requests gets them: this is about the orphan.
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      engine.setBefore(`grep "^State:.[^Z]" /proc/${engine.core()}/status >"$engine/orphan" 2>/dev/null || true\n`);
      try {
        const found = await comesBack(engine, () => signal(engine.leader(), 'SIGKILL'));
        const orphan = await Bun.file(`${stage.directory}/engines/${engine.port}/orphan`).text();
        must(orphan === '', 'the new engine started while the orphaned core of the old one still ran');
        return found;
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'core-killed-while-idle',
    does: 'kill -9 of the idle engine core: /health says 503 at once, the API server exits with 0 a second later.',
    requires: 'It is back before anybody asks.',
    taughtBy: 'vllm#48966, vllm#21728',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 0.4 --sim-dead-exit-s 1.4' });
      await stage.open();
      return comesBack(engine, () => signal(engine.core(), 'SIGKILL'));
    },
  },
  {
    name: 'core-killed-leader-stays',
    does: 'kill -9 of the engine core of a server that stays up with 503 (VLLM_KEEP_ALIVE_ON_ENGINE_DEATH=1).',
    requires: 'It is replaced although its process never ends.',
    taughtBy: 'vllm#39863, vllm/entrypoints/launcher.py',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 0.4 --sim-dead-exit-s 3600' });
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        return await comesBack(engine, () => signal(engine.core(), 'SIGKILL'));
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'neighbour-untouched',
    does: 'One of two engines crashes three times.',
    requires: 'The other one keeps its process and answers all along.',
    taughtBy: 'vLLM’s own data-parallel supervisor shuts all down with one (vllm/entrypoints/openai/dp_supervisor.py)',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const neighbour = stage.engine('b');
      const running = await stage.open();
      const pid = neighbour.leader();
      const asking = keepAsking(addressOf(running, neighbour), 'b', { limitMs: 3000 });
      const waking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      for (let crash = 0; crash < 3; crash += 1) await comesBack(engine, () => engine.fault('crash'));
      await waking.stop();
      const answers = await asking.stop();
      must(neighbour.leader() === pid, 'the neighbour was restarted');
      const failed = answers.filter((it) => it.ended !== 'complete');
      must(failed.length === 0, `${failed.length} of ${answers.length} requests to the neighbour failed`);
      return {};
    },
  },
  {
    name: 'no-zombies',
    does: 'The engine ends three times, each time in another way.',
    requires: 'Nothing of it stays behind, not even a zombie for longer than five seconds.',
    taughtBy: 'wait(2); supervisord#733',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        await comesBack(engine, () => engine.fault('crash'));
        await comesBack(engine, () => signal(engine.core(), 'SIGKILL'));
        await comesBack(engine, () => engine.fault('out_of_memory'));
      } finally {
        await asking.stop();
      }
      const pids = new Set(engine.starts().map(({ pid }) => pid));
      await mustSoon('zombies are left', 5000, () => ![...pids].some((pid) => isZombie(pid)));
      await mustSoon('more than one leader and one core are left', 5000, () => engine.processes().length === 2);
      return {};
    },
  },
];

function isZombie(pid: number): boolean {
  const found = Bun.spawnSync(['cat', `/proc/${pid}/stat`]);
  return / Z /.test(found.stdout.toString());
}
