import type { Engine } from '../engine.ts';
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
    name: 'start-crash-loop',
    does: 'The engine exits with 1 while it loads, each time; requests keep coming.',
    requires: 'It is given up after a bounded number of tries, and status says so.',
    taughtBy: 'OTP supervisor principles, restart intensity; gpustack retries for ever',
    needs: [],
    weight: 'light',
    async run(stage) {
      return givesUp(stage, '--sim-start-s 0.4 --sim-fault crash_on_start');
    },
  },
  {
    name: 'bad-flag',
    does: 'The engine refuses its command line with exit code 2; requests keep coming.',
    requires: 'It is given up after a bounded number of tries, and status says so.',
    taughtBy: 'argparse: a flag that is unknown once is unknown always',
    needs: [],
    weight: 'light',
    async run(stage) {
      return givesUp(stage, '--no-such-flag 1');
    },
  },
  {
    name: 'ready-then-crash-loop',
    does: 'The engine becomes ready and crashes a second and a half later, each time; requests keep coming.',
    requires: 'It is given up after a bounded number of tries, and status says so.',
    taughtBy: 'OTP supervisor principles: more than N restarts in T; vllm#17965 (a request that kills each engine)',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ restartsMax: 3, healthyAfterS: 10 });
      const engine = stage.engine('a', { flags: '--sim-start-s 0.2' });
      const crashing = keepCrashing(engine);
      try {
        return await givesUpAfter(stage, engine);
      } finally {
        await crashing.stop();
      }
    },
  },
  {
    name: 'recovers-from-failed-starts',
    does: 'The first two starts fail, the third would do.',
    requires: 'It serves without anybody’s help.',
    taughtBy: 'vllm#56830: a start that fails because a neighbour let go of memory works at the next try',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 0.2 --sim-fault crash_on_start' });
      const running = await stage.start();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        const tookMs = await mustSoon('it is not up at the third try', 20_000, async () => {
          if (engine.starts().length >= 2) engine.setFlags('--sim-start-s 0.2');
          return engine.serves();
        });
        return { seconds: tookMs / 1000 };
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'backoff-grows',
    does: 'The engine exits with 1 while it loads, five times in a row.',
    requires: 'The fourth pause is at least a quarter longer than the second.',
    taughtBy: 'llamactl restarts after a constant delay (process.go); supervisord adds a second each time',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 0.1 --sim-fault crash_on_start' });
      const running = await stage.start();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        await mustSoon('it was not tried five times', 30_000, () => engine.starts().length >= 5);
      } finally {
        await asking.stop();
      }
      const at = engine.starts().map(({ atMs }) => atMs);
      const pauses = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
      const told = pauses.map((ms) => (ms / 1000).toFixed(1)).join(', ');
      // The first restart may be at once.
      must((pauses[3] ?? 0) >= 1.25 * (pauses[1] ?? 0), `the pauses were ${told} s`);
      return { note: `pauses ${told} s` };
    },
  },
  {
    name: 'credit-for-healthy-time',
    does: 'An engine that may restart three times in a row crashes five times, healthy for a while before each.',
    requires: 'It is back every time: healthy time earns restarts back.',
    taughtBy: 'llamactl never resets its counter (process.go); supervisord counts starts only',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ restartsMax: 3, healthyAfterS: 1 });
      const engine = stage.engine('a', { flags: '--sim-start-s 0.2' });
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      let slowestS = 0;
      try {
        for (let crash = 0; crash < 5; crash += 1) {
          await Bun.sleep(3500); // healthy for well over healthyAfterS
          const { seconds = 0 } = await comesBack(engine, () => engine.fault('crash'));
          slowestS = Math.max(slowestS, seconds);
        }
      } finally {
        await asking.stop();
      }
      return { seconds: slowestS };
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

/** How long the engine must not be started any more before it counts as given up. */
const QUIET_MS = 9000;
const GIVES_UP_LIMIT_MS = 40_000;

/** Crashes every life of the engine once it has served for a while. */
function keepCrashing(engine: Engine): { stop(): Promise<void> } {
  let going = true;
  let crashed = 0;
  const all = (async () => {
    while (going) {
      if (engine.starts().length > crashed && (await engine.serves())) {
        await Bun.sleep(1500);
        crashed = engine.starts().length;
        await engine.fault('crash');
      }
      await Bun.sleep(50);
    }
  })();
  return {
    stop() {
      going = false;
      return all;
    },
  };
}

async function givesUp(stage: Stage, flags: string) {
  stage.setPolicy({ restartsMax: 3 });
  return givesUpAfter(stage, stage.engine('a', { flags }));
}

/** Waits for a pause in the starts that is longer than any backoff of so few tries. */
async function givesUpAfter(stage: Stage, engine: Engine) {
  stage.setPolicy({ requestsStart: false });
  const running = await stage.start();
  const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000, pauseMs: 300 });
  try {
    await mustSoon(
      `it is started again and again`,
      GIVES_UP_LIMIT_MS,
      () => Date.now() - (engine.starts().at(-1)?.atMs ?? Date.now()) > QUIET_MS,
    );
    const { state, text } = await running.tell(engine);
    must(state === 'failed' || state === 'stopped', `given up, but status says ${text}`);
    return { note: `${engine.starts().length} starts, then ${state}` };
  } finally {
    await asking.stop();
  }
}
