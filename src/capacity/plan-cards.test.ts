import { describe, expect, test } from 'bun:test';
import { GIB } from './bytes.ts';
import { checkCards } from './check-cards.ts';
import { KNOWN_MODELS } from './known-models.ts';
import type { FoundModel } from './model-facts.ts';
import { planCards } from './plan-cards.ts';
import { cardsOf, configOf, modelOf, oneReplica } from './subject.fixture.ts';

const SHIPPED = await Bun.file(`${import.meta.dir}/../../config/replicas.yaml`).text();
const shippedModels = new Map<string, FoundModel>(
  ['Qwen/Qwen2.5-14B-Instruct-AWQ', 'Qwen/Qwen3-8B-AWQ'].map((name, index) => {
    const shape = KNOWN_MODELS[name];
    if (shape === undefined) throw new Error(`${name} is not known`);
    return [index === 0 ? 'heavy' : 'light', modelOf(shape)];
  }),
);
const heavy = new Map([['one', shippedModels.get('heavy') ?? { is: 'unknown' as const, because: 'gone' }]]);
const planOne = (pool: object, share: number, gib: number) =>
  planCards(oneReplica(pool, share), { cards: cardsOf(gib, 0), models: heavy });

describe('the shipped split on two A40s', () => {
  const plan = planCards(configOf(SHIPPED), { cards: cardsOf(44.4, 0, 1), models: shippedModels });

  test('fits, with room to spare on each card', () => {
    expect(plan.problems).toEqual([]);
    expect(
      plan.cards.map(({ gpu, replicas }) => [gpu, ...replicas.map((it) => `${it.replica} ${it.verdict}`)]),
    ).toEqual([
      [0, 'heavy-0 fits', 'light-0 fits'],
      [1, 'heavy-1 fits', 'light-1 fits'],
    ]);
    expect(Math.min(...plan.cards.map(({ leftBytes }) => leftBytes / GIB))).toBeGreaterThan(3);
  });

  test('holds three long requests of the heavy model and four of the light one', () => {
    const longest = plan.cards[0]?.replicas.map(({ memory }) => memory?.atOnce.at(-1));
    expect(longest).toEqual([
      { tokens: 16_384, requests: 3 },
      { tokens: 16_384, requests: 4 },
    ]);
  });

  test('the other way round the heavy model has no room', () => {
    const turned = SHIPPED.replaceAll('0.52', 'HEAVY').replaceAll('0.38', '0.52').replaceAll('HEAVY', '0.28');
    const problems = checkCards(configOf(turned), { cards: cardsOf(44.4, 0, 1), models: shippedModels });
    expect(problems.map(({ replica, isCertain }) => [replica, isCertain])).toEqual([
      ['heavy-0', true],
      ['heavy-1', true],
    ]);
  });
});

describe('no, and why', () => {
  const message = (pool: object, share: number, gib = 44.4) =>
    planOne(pool, share, gib).problems.map((it) => it.message);

  test('no room for one request of the longest length: what is lacking, and what would help', () => {
    expect(message({ max_model_len: 16_384 }, 0.27)).toEqual([
      'of 11.99 GiB (0.27 of the card) the weights take 9.36 GiB, and at best 2.32 GiB are left for KV cache: one request of 16384 tokens needs 3.00 GiB; raise gpu_memory_utilization to 0.33 or more, or lower max_model_len to 3808',
    ]);
  });

  test('not even the weights', () => {
    expect(message({ max_model_len: 1024 }, 0.92, 8)).toEqual([
      'of 7.36 GiB (0.92 of the card) the weights take 9.36 GiB, and at best nothing is left for KV cache: one request of 1024 tokens needs 0.19 GiB; take a smaller model or a larger card',
    ]);
  });

  test('room only if the start takes less than others did: unlikely, which is no reason to refuse a reload', () => {
    const config = oneReplica({ max_model_len: 16_384 }, 0.3);
    const host = { cards: cardsOf(44.4, 0), models: heavy };
    expect(planCards(config, host).problems).toMatchObject([{ replica: 'one-0', isCertain: false }]);
    expect(checkCards(config, host)).toEqual([]);
  });

  test('a share is not raised beyond what the neighbours leave', () => {
    const replicas = `replicas: [{ name: a-0, pool: a, gpu: 0, gpu_memory_utilization: 0.25 }, { name: b-0, pool: b, gpu: 0, gpu_memory_utilization: 0.65 }]`;
    const config = configOf(
      `pools: { a: { model: a/a, max_model_len: 16384 }, b: { model: b/b, max_model_len: 1024 } }\n${replicas}`,
    );
    const models = new Map([...heavy.values()].flatMap((it) => [['a', it] as const, ['b', it] as const]));
    const [problem] = planCards(config, { cards: cardsOf(44.4, 0), models }).problems;
    expect(problem?.message).not.toContain('raise gpu_memory_utilization');
  });

  test('longer than the model takes, unless it is forced', () => {
    const long = { max_model_len: 65_536 };
    expect(message(long, 0.9)).toEqual(['max_model_len 65536 is more than the 32768 tokens that the model takes']);
    const config = oneReplica(long, 0.9);
    const forced = { ...config, engine: { ...config.engine, env: { VLLM_ALLOW_LONG_MAX_MODEL_LEN: '1' } } };
    expect(planCards(forced, { cards: cardsOf(44.4, 0), models: heavy }).problems).toEqual([]);
  });

  test('the process that starts last finds less free than its share, on a small card', () => {
    const replicas = Array.from({ length: 6 }, (_, index) => ({
      name: `r-${index}`,
      pool: 'one',
      gpu: 0,
      gpu_memory_utilization: 0.15,
    }));
    const config = configOf(JSON.stringify({ pools: { one: { model: 'some/model', max_model_len: 16 } }, replicas }));
    const models = new Map<string, FoundModel>([['one', { is: 'unknown', because: 'not looked at' }]]);
    const problemsAt = (gib: number) => planCards(config, { cards: cardsOf(gib, 0), models }).problems;
    expect(problemsAt(8)).toMatchObject([{ replica: 'r-5', isCertain: true }]);
    expect(problemsAt(8)[0]?.message).toContain('whoever starts last finds less free than its share');
    expect(problemsAt(80)).toEqual([]);
  });

  test('a KV cache by its bytes is what it says, and not measured', () => {
    const args = { 'kv-cache-memory-bytes': '4G' };
    const plan = planOne({ max_model_len: 16_384, args }, 0.3, 44.4);
    expect(plan.cards[0]?.replicas[0]?.memory?.kvTokens).toBe((4 * GIB) / 196_608 - (((4 * GIB) / 196_608) % 16));
    expect(message({ max_model_len: 16_384, args: { 'kv-cache-memory-bytes': '2G' } }, 0.3)[0]).toContain(
      'raise kv-cache-memory-bytes',
    );
    expect(message({ max_model_len: 16_384, args: { 'kv-cache-memory-bytes': '40G' } }, 0.3)[0]).toContain(
      'more than the card',
    );
  });
});

describe('what is not known is said, and is no reason against', () => {
  test('a model that is not on this host', () => {
    const plan = planCards(oneReplica({}, 0.9), { cards: cardsOf(44.4, 0), models: new Map() });
    expect(plan.cards[0]?.replicas[0]).toMatchObject({ verdict: 'unknown', because: 'nothing is known of its model' });
    expect(plan.problems).toEqual([]);
  });

  test('an engine over several cards, one that somebody else runs, one without a card, a card of no known size', () => {
    expect(planOne({ args: { 'tensor-parallel-size': 2 } }, 0.9, 44.4).cards[0]?.replicas[0]?.verdict).toBe('unknown');
    const config = configOf(
      'pools: { one: { model: some/model } }\nreplicas: [{ name: a, pool: one, url: "http://127.0.0.1:9000" }, { name: b, pool: one }, { name: c, pool: one, gpu: 3 }]',
    );
    expect(
      planCards(config, { cards: new Map(), models: heavy }).uncounted.map(({ replica, because }) => [
        replica,
        because.slice(0, 20),
      ]),
    ).toEqual([
      ['a', 'somebody else runs i'],
      ['b', 'it runs on the CPU: '],
      ['c', 'the size of card 3 i'],
    ]);
  });

  test('a flag whose memory is not counted, and a fit that is tight', () => {
    const notes = (pool: object, share: number) => planOne(pool, share, 44.4).cards[0]?.replicas[0]?.notes.join();
    expect(notes({ max_model_len: 1024, args: { 'enable-lora': true } }, 0.9)).toContain('--enable-lora');
    expect(notes({ max_model_len: 16_384 }, 0.34)).toContain('tight');
  });
});
