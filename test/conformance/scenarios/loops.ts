import type { Engine } from '../engine.ts';
import { comesBack } from '../recovery.ts';
import { must, mustSoon, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { addressOf, keepAsking } from '../traffic.ts';

/** An engine that fails again and again. */
export const LOOPS: readonly Scenario[] = [
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
];

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
