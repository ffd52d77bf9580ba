import { comesBack } from '../recovery.ts';
import { must, mustSoon, Unmet, type Scenario } from '../scenario.ts';
import type { Engine } from '../engine.ts';
import { addressOf, keepAsking } from '../traffic.ts';

const CARD_LIMIT_MS = 30_000;

/** Weights of which two fit on one card, each with its cache; counted twice they leave no room for a cache. */
const HALF_A_CARD = '--sim-weights-mib 12000';

/** Engines that share a card, whose memory they account for in one ledger as vLLM does. */
export const CARDS: readonly Scenario[] = [
  {
    name: 'two-starts-on-one-card',
    does: 'Two engines of one card are started together.',
    requires: 'Both serve, each started once: a start that overlaps another counts its memory as its own.',
    taughtBy: 'vllm#55827 (−3.21 GiB for the KV cache), vllm#10643',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.keepLedger();
      const engines = ['a', 'b'].map((name) =>
        stage.engine(name, { gpu: 0, gpuMemoryUtilization: 0.45, flags: `--sim-start-s 2 ${HALF_A_CARD}` }),
      );
      await stage.start();
      const tookMs = await mustSoon('not both serve', CARD_LIMIT_MS, async () =>
        (await Promise.all(engines.map((it) => it.serves()))).every(Boolean),
      );
      const starts = engines.map((it) => it.starts().length);
      must(
        starts.every((it) => it === 1),
        `starts: ${starts.join(' and ')}; the first ones failed for lack of memory`,
      );
      return { seconds: tookMs / 1000 };
    },
  },
  {
    name: 'memory-returned-late',
    does: 'A killed engine’s card reports its memory as used for three more seconds.',
    requires: 'The next start waits for it: it is the only one, and it serves.',
    taughtBy: 'llama-swap#97, gpustack#5933, vllm/tests/utils.py (waits for GPU memory to be released)',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.keepLedger();
      const engine = stage.engine('a', {
        gpu: 0,
        gpuMemoryUtilization: 0.9,
        flags: '--sim-start-s 0.4 --sim-fault keep_memory:3',
      });
      const running = await stage.open();
      engine.setFlags('--sim-start-s 0.4');
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 5000, pauseMs: 300 });
      try {
        const found = await comesBack(engine, () => killAll(engine), CARD_LIMIT_MS);
        const more = engine.starts().length - 1;
        must(more === 1, `it was started ${more} times; the card was still full`);
        return found;
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'restart-while-a-neighbour-starts',
    does: 'An engine crashes while another one of its card is starting.',
    requires: 'Its next start waits for the other: neither start fails.',
    taughtBy: 'vllm#55827, vllm#56830',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      stage.keepLedger();
      // So light that both come up whoever starts them in what order.
      const half = { gpu: 0, gpuMemoryUtilization: 0.45, flags: '--sim-start-s 0.4 --sim-weights-mib 1000' };
      const engine = stage.engine('a', half);
      const neighbour = stage.engine('b', half);
      stage.setPolicy({ restartsMax: 10 });
      const running = await stage.open();
      engine.setFlags(`--sim-start-s 0.4 ${HALF_A_CARD}`);
      neighbour.setFlags(`--sim-start-s 3 ${HALF_A_CARD}`);
      const before = { engine: engine.starts().length, neighbour: neighbour.starts().length };
      const waking = [engine, neighbour].map((it) =>
        keepAsking(addressOf(running, it), it.name, { limitMs: 5000, pauseMs: 300 }),
      );
      try {
        const restarted = running.restart(neighbour).catch(() => undefined);
        await mustSoon(
          'the neighbour does not start',
          CARD_LIMIT_MS,
          () => neighbour.starts().length > before.neighbour && neighbour.core() !== undefined,
        );
        killAll(engine);
        await mustSoon(
          'not both serve',
          CARD_LIMIT_MS,
          async () => engine.starts().length > before.engine && (await engine.serves()) && (await neighbour.serves()),
        );
        await restarted;
      } finally {
        await Promise.all(waking.map((it) => it.stop()));
      }
      const more = {
        engine: engine.starts().length - before.engine,
        neighbour: neighbour.starts().length - before.neighbour,
      };
      must(more.engine === 1 && more.neighbour === 1, `it took ${more.engine} and ${more.neighbour} starts`);
      return {};
    },
  },
  {
    name: 'card-held-by-a-stranger',
    does: 'A process of somebody else holds the card’s memory, for eight seconds at most.',
    requires: 'Status names the memory meanwhile, and the engine serves once the stranger is gone.',
    taughtBy: 'gpustack#3859 (“stuck at 100%, nothing in log files”: another process held the card)',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.keepLedger();
      stage.setPolicy({ restartsMax: 10, startLimitS: 4 });
      const engine = stage.engine('a', { gpu: 0, gpuMemoryUtilization: 0.9 });
      const stranger = stage.stranger(0, 0.9);
      await mustSoon('the stranger does not run', 15_000, () => stranger.serves());
      const running = await stage.start();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 5000, pauseMs: 300 });
      try {
        let told = '';
        await mustSoon('memory is not named', 8000, async () => {
          told = (await running.tell(engine)).text;
          return /memory|MiB|GiB/i.test(told);
        }).catch((cause: unknown) => {
          throw new Unmet(`status says only: ${told}`, { cause });
        });
        killAll(stranger);
        const tookMs = await mustSoon('it does not serve', CARD_LIMIT_MS, () => engine.serves());
        return { seconds: tookMs / 1000 };
      } finally {
        await asking.stop();
      }
    },
  },
];

function killAll(engine: Engine): void {
  for (const { pid } of engine.processes()) process.kill(pid, 'SIGKILL');
}
