import { expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { parseConfig, type Config } from '../config/index.ts';
import type { EvalRequest } from '../control/index.ts';
import type { EngineClient, Endpoint } from '../engine/index.ts';
import type { ReplicaState } from '../supervisor/index.ts';
import { silentLog } from '../telemetry/index.ts';
import { createEvaluate } from './evaluate.ts';
import { statusOf } from './replica-status.fixture.ts';

function configOf(evaluation: string): Config {
  const text = `
pools: { heavy: { model: big }, light: { model: small } }
replicas: [{ name: heavy-0, pool: heavy }, { name: heavy-1, pool: heavy }, { name: light-0, pool: light }]
eval: ${evaluation}
paths: { state: /s, runtime: /r, cache: /c }
`;
  const parsed = parseConfig('/replicas.yaml', text, { env: {}, uid: 1000 });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const SET = 'name: own\nprompts: [{ name: one, prompt: Hello, checks: { contains: hi } }]';

/** Evaluates on replicas in these states, whose engines all say `hi`; who was asked, and how it ended. */
async function evaluate(states: Readonly<Record<string, ReplicaState>>, request: EvalRequest, evaluation = '{}') {
  const asked: string[] = [];
  const news: string[] = [];
  const open = (endpoint: Endpoint): EngineClient => ({
    send() {
      asked.push(endpoint.kind === 'unix' ? endpoint.path : '');
      const body = JSON.stringify({ choices: [{ text: 'hi', finish_reason: 'stop' }] });
      return Promise.resolve({ ok: true, status: 200, headers: {}, body: bytesOf(body) });
    },
    get: () => Promise.resolve({ ok: false, failure: 'refused', cause: undefined }),
    close: () => undefined,
  });
  const ending = await createEvaluate({
    config: () => configOf(evaluation),
    fleet: { replicas: () => Object.entries(states).map(([name, state]) => statusOf(name, state)) },
    open,
    clock: createFakeClock(),
    log: silentLog,
  })(request, (it) => void news.push(it), new AbortController().signal);
  return { asked, news, ending };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

const set = { name: 'own.yaml', text: SET };

test('every replica that answers is asked at its own endpoint; news come for each', async () => {
  const { asked, news, ending } = await evaluate(
    { 'heavy-0': 'ready', 'heavy-1': 'starting', 'light-0': 'draining' },
    { set },
  );
  expect(asked).toEqual(['/r/heavy-0.sock', '/r/light-0.sock']);
  expect(news).toEqual(['heavy-0: 1 of 1 answers', 'light-0: 1 of 1 answers']);
  expect(ending).toMatchObject({
    ok: true,
    replicas: [
      { replica: 'heavy-0', pool: 'heavy', set: 'own', passed: true },
      { replica: 'light-0', pool: 'light', passed: true },
    ],
  });
});

const ready = { 'heavy-0': 'ready', 'heavy-1': 'ready', 'light-0': 'ready' } as const;

test('a pool’s replicas, or one of them', async () => {
  expect((await evaluate(ready, { set, pool: 'heavy' })).asked).toEqual(['/r/heavy-0.sock', '/r/heavy-1.sock']);
  expect((await evaluate(ready, { set, replica: 'light-0' })).asked).toEqual(['/r/light-0.sock']);
});

const NOBODY: readonly (readonly [Readonly<Record<string, ReplicaState>>, EvalRequest, string])[] = [
  [ready, { set, pool: 'medium' }, 'no pool "medium"; pools are: heavy, light'],
  [ready, { set, replica: 'x' }, 'no replica "x"; replicas are: heavy-0, heavy-1, light-0'],
  [{ 'heavy-0': 'failed' }, { set, replica: 'heavy-0' }, 'heavy-0 is failed; only a ready replica answers'],
  [{ 'heavy-0': 'failed' }, { set, pool: 'heavy' }, 'no replica of heavy is ready'],
  [{ 'heavy-0': 'failed' }, { set }, 'no replica is ready'],
  [ready, { set: { name: 'nothing' } }, 'no set "nothing"; the program has smoke and plumbing'],
  [
    ready,
    { set: { name: 'own.yaml', text: 'name: own' } },
    'own.yaml:1:1: prompts: Invalid input: expected array, received undefined',
  ],
];
test.each(NOBODY)('nobody is asked: replicas %j, asked for %j: %s', async (states, request, message) => {
  const { asked, ending } = await evaluate(states, request);
  expect([asked, ending]).toEqual([[], { ok: false, message }]);
});

test('without a set it is the one of the config; where that has none, the one for models', async () => {
  const sets = async (evaluation: string) => {
    const { ending } = await evaluate(ready, { replica: 'light-0' }, evaluation);
    return ending.ok ? ending.replicas.map((it) => it.set) : ending.message;
  };
  expect(await sets('{ smoke: plumbing }')).toEqual(['plumbing']);
  expect(await sets('{}')).toEqual(['smoke']);
  expect(await sets('{ smoke: false }')).toEqual(['smoke']);
  expect(await sets('{ smoke: gone.yaml }')).toContain('/gone.yaml:1:1: cannot be read');
});
