import { comesBack, signal } from '../recovery.ts';
import { must, mustSoon, mustStay, type Scenario } from '../scenario.ts';
import { addressOf, ask, keepAsking } from '../traffic.ts';

const HANG_LIMIT_MS = 20_000;

/** An engine that stands still, or only seems to. */
export const HANGS: readonly Scenario[] = [
  {
    name: 'hang-while-busy',
    does: 'The engine core stands still (SIGSTOP) with requests in flight; /health, /v1/models and /metrics stay 200.',
    requires: 'It is replaced within 20 seconds.',
    taughtBy: 'vllm#36451, vllm#39863, llama-swap#125',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', {
        tokens: 20,
        stream: true,
        clients: 4,
        limitMs: 5000,
      });
      try {
        await mustSoon('nothing was answered', 5000, () => asking.answers.length > 4);
        return await comesBack(engine, () => signal(engine.core(), 'SIGSTOP'), HANG_LIMIT_MS);
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'hang-while-idle',
    does: 'The engine core stands still (SIGSTOP) while nobody asks anything.',
    requires: 'It is replaced within 20 seconds, before a client runs into it.',
    taughtBy: 'vllm#46811 (/health 200 for hours), vllm#53130',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      await stage.open();
      return comesBack(engine, () => signal(engine.core(), 'SIGSTOP'), HANG_LIMIT_MS);
    },
  },
  {
    name: 'leader-silent',
    does: 'The API server stands still (SIGSTOP): connections open, nothing answers.',
    requires: 'It is replaced within 20 seconds.',
    taughtBy: 'llama-swap#125',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asking = keepAsking(addressOf(running, engine), 'a', { limitMs: 3000 });
      try {
        return await comesBack(engine, () => signal(engine.leader(), 'SIGSTOP'), HANG_LIMIT_MS);
      } finally {
        await asking.stop();
      }
    },
  },
  {
    name: 'slow-health-while-busy',
    does: '/health answers three seconds late for ten seconds while the engine generates at full load.',
    requires: 'It is not restarted, and no request is lost.',
    taughtBy: 'gonka-ai/gonka#1421 (healthy engines restarted eight times a day), llm-d-benchmark#1734',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const pid = engine.leader();
      await engine.fault('slow_health', 3000);
      const asking = keepAsking(addressOf(running, engine), 'a', { tokens: 20, stream: true, clients: 4 });
      await mustStay('it was restarted', 10_000, () => engine.leader() === pid);
      const failed = (await asking.stop()).filter((it) => it.ended !== 'complete');
      must(failed.length === 0, `${failed.length} requests failed`);
      return {};
    },
  },
  {
    name: 'slow-answer-is-no-hang',
    does: 'One long generation of ten seconds on an otherwise idle engine.',
    requires: 'It is not restarted and the answer is whole.',
    taughtBy: 'gonka-ai/gonka#1421: progress, not patience, tells a hang',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const pid = engine.leader();
      const answer = await ask(addressOf(running, engine), 'a', { tokens: 400, stream: true, limitMs: 30_000 });
      must(engine.leader() === pid, 'it was restarted');
      must(answer.ended === 'complete', `the answer ended ${answer.ended}`);
      return {};
    },
  },
  {
    name: 'hang-is-answered',
    does: 'The engine core stands still while four streams are in flight.',
    requires: 'Every client gets an ending that it can tell from success within 20 seconds: nobody waits for ever.',
    taughtBy: 'vllm#36964 (streams stall silently), azrtydxb/Fastllm-proxy#19',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = Array.from({ length: 4 }, () =>
        ask(addressOf(running, engine), 'a', { tokens: 4000, stream: true, limitMs: HANG_LIMIT_MS }),
      );
      await Bun.sleep(1000); // a second into four generations of a hundred
      signal(engine.core(), 'SIGSTOP');
      const silent = (await Promise.all(asked)).filter((it) => it.ended === 'silent' || it.ended === 'complete');
      must(silent.length === 0, `${silent.length} of 4 streams fell silent or looked complete`);
      return {};
    },
  },
];
