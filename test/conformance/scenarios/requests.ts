import { signal } from '../recovery.ts';
import { must, mustSoon, type Scenario } from '../scenario.ts';
import { addressOf, ask, keepAsking, type Answer } from '../traffic.ts';

const REQUEST_LIMIT_MS = 20_000;

/** What clients see while engines die. */
export const REQUESTS: readonly Scenario[] = [
  {
    name: 'stream-at-a-crash',
    does: 'The API server is killed in the middle of four streams.',
    requires: 'Each client can tell within five seconds that its answer is not whole.',
    taughtBy: 'vllm measured: reset mid-chunk; [DONE] after an error chunk',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = Array.from({ length: 4 }, () =>
        ask(addressOf(running, engine), 'a', { tokens: 400, stream: true, limitMs: 6000 }),
      );
      await Bun.sleep(1000); // a tenth of the way
      signal(engine.leader(), 'SIGKILL');
      const answers = await Promise.all(asked);
      const wrong = answers.filter((it) => it.ended === 'silent' || it.ended === 'complete');
      must(wrong.length === 0, `${wrong.length} of 4 fell silent or looked complete`);
      const done = answers.filter((it) => it.text.includes('[DONE]'));
      must(done.length === 0, `${done.length} of 4 ended with [DONE] all the same`);
      return {};
    },
  },
  {
    name: 'stream-at-a-core-death',
    does: 'The engine core is killed in the middle of four streams: vLLM sends an error chunk and then [DONE].',
    requires: 'No stream ends with [DONE].',
    taughtBy: 'vllm measured: HTTP 200, an error chunk, [DONE]; clients take the last for success',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = Array.from({ length: 4 }, () =>
        ask(addressOf(running, engine), 'a', { tokens: 400, stream: true, limitMs: 6000 }),
      );
      await Bun.sleep(1000); // a tenth of the way
      signal(engine.core(), 'SIGKILL');
      const answers = await Promise.all(asked);
      const silent = answers.filter((it) => it.ended === 'silent');
      must(silent.length === 0, `${silent.length} of 4 fell silent`);
      const done = answers.filter((it) => it.text.includes('[DONE]'));
      must(done.length === 0, `${done.length} of 4 ended with [DONE]`);
      return {};
    },
  },
  {
    name: 'stream-aborted-by-the-engine',
    does: 'The engine aborts what is in flight: HTTP 200, finish_reason "abort", [DONE].',
    requires: 'No stream ends with [DONE].',
    taughtBy: 'vllm#36666 and measured: a SIGTERM looks like success to clients',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = Array.from({ length: 4 }, () =>
        ask(addressOf(running, engine), 'a', { tokens: 400, stream: true, limitMs: 6000 }),
      );
      await Bun.sleep(1000); // a tenth of the way
      await engine.fault('abort_streams');
      const done = (await Promise.all(asked)).filter((it) => it.text.includes('[DONE]'));
      must(done.length === 0, `${done.length} of 4 ended with [DONE]`);
      return {};
    },
  },
  {
    name: 'request-during-restart',
    does: 'The idle engine crashes, and ten requests come while it is away.',
    requires: 'Each is answered by the engine once it is back, or refused with 429 or 503 and a time to try again.',
    taughtBy: 'RFC 9110 §10.2.3; llama-swap#772',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 1.5' });
      const running = await stage.open();
      await engine.fault('crash');
      const asked = Array.from({ length: 10 }, async (_, index) => {
        await Bun.sleep(100 * index);
        return ask(addressOf(running, engine), 'a', { limitMs: REQUEST_LIMIT_MS });
      });
      const answers = await Promise.all(asked);
      const refused = (it: Answer) => it.retryAfter && (it.status === 503 || it.status === 429);
      const bad = answers.filter((it) => it.ended !== 'complete' && !refused(it));
      must(
        bad.length === 0,
        `${bad.length} of 10 ended with ${[...new Set(bad.map((it) => it.status || it.ended))].join(', ')}`,
      );
      return { note: `${answers.filter((it) => it.ended === 'complete').length} of 10 answered` };
    },
  },
  {
    name: 'requests-before-first-byte',
    does: 'kill -9 of the API server with twenty short requests in flight, none of which has got a byte.',
    requires: 'At most five fail: what got no byte can be run again.',
    taughtBy: 'production-stack and LiteLLM retry on another replica; RFC 9110 §9.2.2',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = Array.from({ length: 20 }, () =>
        ask(addressOf(running, engine), 'a', { tokens: 60, limitMs: REQUEST_LIMIT_MS }),
      );
      await Bun.sleep(500); // a third of the way
      signal(engine.leader(), 'SIGKILL');
      const failed = (await Promise.all(asked)).filter((it) => it.ended !== 'complete');
      must(failed.length <= 5, `${failed.length} of 20 failed: ${failed[0]?.status} ${failed[0]?.text.slice(0, 80)}`);
      return { note: `${20 - failed.length} of 20 answered` };
    },
  },
  {
    name: 'sibling-takes-over',
    does: 'One of two engines of one model is killed while requests come one after the other.',
    requires: 'No request fails.',
    taughtBy: 'the reason to run two',
    needs: ['gateway', 'pools'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { model: 'm' });
      stage.engine('b', { model: 'm' });
      const running = await stage.open();
      await mustSoon(
        'the gateway does not serve',
        10_000,
        async () => (await ask(addressOf(running, engine), 'm')).ended === 'complete',
      );
      const asking = keepAsking(addressOf(running, engine), 'm', { clients: 4, limitMs: 10_000 });
      await Bun.sleep(500);
      signal(engine.leader(), 'SIGKILL');
      await Bun.sleep(2500);
      const failed = (await asking.stop()).filter((it) => it.ended !== 'complete');
      must(
        failed.length === 0,
        `${failed.length} requests failed: ${failed[0]?.status} ${failed[0]?.text.slice(0, 80)}`,
      );
      return {};
    },
  },
  {
    name: 'poison-request',
    does: 'One prompt kills every engine core that reads it, and its client tries again and again; others ask too.',
    requires: 'After at most four deaths the engines stay up, and the poisonous request gets an error.',
    taughtBy: 'vllm#17965, vllm#27194: an EngineDeadError that one request triggers',
    needs: ['gateway'],
    weight: 'light',
    async run(stage) {
      stage.setPolicy({ restartsMax: 10 });
      const engine = stage.engine('a', { flags: '--sim-start-s 0.4 --sim-dead-exit-s 0.2 --sim-poison nightshade' });
      const running = await stage.open();
      const url = addressOf(running, engine);
      const others = keepAsking(url, 'a', { tokens: 10, limitMs: REQUEST_LIMIT_MS });
      const poison: string[] = [];
      try {
        for (let tried = 0; tried < 8; tried += 1) {
          poison.push((await ask(url, 'a', { prompt: 'nightshade', limitMs: REQUEST_LIMIT_MS })).ended);
          await Bun.sleep(500); // longer than a dead core's leader stays
          await mustSoon('the engine does not serve', REQUEST_LIMIT_MS, () => engine.serves());
        }
      } finally {
        await others.stop();
      }
      must(!poison.includes('complete'), 'the poison did not work');
      must(!poison.includes('silent'), 'the poisonous request was never answered');
      const deaths = engine.starts().length - 1;
      must(deaths <= 4, `it killed the engine ${deaths} times in eight tries`);
      return { note: `${deaths} deaths in eight tries` };
    },
  },
];
