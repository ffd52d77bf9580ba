import { comesBack } from '../recovery.ts';
import { must, mustSoon, mustStay, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { addressOf, keepAsking } from '../traffic.ts';

/** A start that does not go as it should. */
export const STARTS: readonly Scenario[] = [
  {
    name: 'never-ready',
    does: 'The engine loads for ever and never listens.',
    requires: 'It is never called ready; after the limit for a start its process is ended.',
    taughtBy: 'vllm/v1/engine/utils.py wait_for_engine_startup polls for ever; vllm#32116',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ startLimitS: 4 });
      const engine = stage.engine('a', { flags: '--sim-start-s 0.4 --sim-fault slow_start:3600' });
      const running = await stage.start();
      await mustSoon('it never started', 10_000, () => engine.core() !== undefined);
      const first = engine.leader();
      const isThere = () => engine.processes().some(({ pid }) => pid === first);
      const tookMs = await mustSoon('it is still loading', 25_000, async () => {
        must((await running.tell(engine)).state !== 'ready', 'it was called ready and had not even listened');
        return !isThere();
      });
      return { note: `ended after ${(tookMs / 1000).toFixed(1)} s` };
    },
  },
  {
    name: 'answers-nonsense',
    does: 'The engine’s port answers 200 to everything, with a page of HTML.',
    requires: 'It is not called ready.',
    taughtBy: 'llama-swap#125: /health 200 and no inference',
    needs: [],
    weight: 'light',
    run: (stage) => staysUnready(stage, '--sim-start-s 0.2 --sim-fault nonsense'),
  },
  {
    name: 'never-a-token',
    does: 'The engine takes requests and never gives a token; /health, /v1/models and /metrics answer.',
    requires: 'It is not called ready.',
    taughtBy: 'vllm#53130 (the scheduler never admits again)',
    needs: [],
    weight: 'light',
    run: (stage) => staysUnready(stage, '--sim-start-s 0.2 --sim-fault never_token'),
  },
  {
    name: 'slow-start-is-left-alone',
    does: 'The engine takes eight seconds to start, where starts may take fifteen.',
    requires: 'It is started once.',
    taughtBy: 'llm-d-benchmark#1734: probes that begin too early',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 8' });
      await stage.start();
      await mustSoon('it never served', 30_000, () => engine.serves());
      must(engine.starts().length === 1, `it was started ${engine.starts().length} times`);
      return {};
    },
  },
  {
    name: 'port-stolen',
    does: 'A stranger listens on the engine’s port and says 200 to everything; five seconds later it leaves.',
    requires: 'The stranger’s answers never pass for the engine’s, and the engine serves once the port is free.',
    taughtBy: 'vllm#28498, vllm#43206, gpustack#4312',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ restartsMax: 10 });
      const engine = stage.engine('a');
      const stranger = Bun.serve({ hostname: '127.0.0.1', port: engine.port, fetch: () => new Response('stranger') });
      const running = await stage.start();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        const fooled = 'it was called ready while a stranger had its port';
        await mustStay(fooled, 5000, async () => (await running.tell(engine)).state !== 'ready');
        const passed = running.url !== undefined && asking.answers.some((it) => it.text.includes('stranger'));
        must(!passed, 'the stranger’s answer went to a client');
        await stranger.stop(true);
        const tookMs = await mustSoon('it did not come up when the port was free', 20_000, () => engine.serves());
        return { seconds: tookMs / 1000 };
      } finally {
        await stranger.stop(true);
        await asking.stop();
      }
    },
  },
  {
    name: 'stale-socket-file',
    does: 'API server and core are killed; the file of their unix socket stays.',
    requires: 'The next engine listens on it.',
    taughtBy: 'unix(7): bind to a path that exists fails',
    needs: ['unix_socket'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { listens: 'unix' });
      await stage.open();
      return comesBack(engine, () => {
        for (const { pid } of engine.processes()) process.kill(pid, 'SIGKILL');
      });
    },
  },
];

/** Watches what is said of an engine that listens and cannot serve. */
async function staysUnready(stage: Stage, flags: string) {
  const engine = stage.engine('a', { flags });
  const running = await stage.start();
  await mustSoon(
    'it never listened',
    15_000,
    async () => (await engine.fetch('/health').catch(() => undefined))?.ok === true,
  );
  await mustStay('it was called ready', 5000, async () => (await running.tell(engine)).state !== 'ready');
  return {};
}
