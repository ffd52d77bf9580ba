import { describe, expect, test } from 'bun:test';
import { until as eventually } from '../../test/support/wait.ts';
import type { ReplicaStatus } from '../supervisor/index.ts';
import { completion, hangs, says } from './fixtures/scripted-engine.ts';
import { scriptedQueue } from './fixtures/scripted-queue.ts';
import { ASK, chat, HEAVY, replica, ROUTES, startGatewayOn, until } from './fixtures/test-gateway.ts';
import type { FormerName, PoolRoute } from './gateway.ts';

const OLD = HEAVY.model;
const NEW = 'acme/bigger-8B';
const whileChanging: readonly FormerName[] = [
  { name: OLD, isModel: true, untilUnixMs: undefined },
  { name: 'gpt-4', isModel: false, untilUnixMs: undefined },
];

/** The heavy pool on its way from one model to another. */
function routes(formerNames: readonly FormerName[]): readonly PoolRoute[] {
  const heavy = { ...HEAVY, model: NEW, aliases: ['big'], formerNames };
  return [heavy, ...ROUTES.slice(1)];
}

function gateway(model?: string, replicas?: readonly ReplicaStatus[]) {
  const answers = [says(completion('ok'))];
  const queue = scriptedQueue(answers, model === undefined ? {} : { model });
  return startGatewayOn(queue, replicas === undefined ? {} : { replicas });
}

const ask = (url: string, model: string) => chat(url, ASK.replace('"heavy"', JSON.stringify(model)));

async function models(url: string): Promise<Record<string, string>> {
  const { data }: { data: { id: string; root: string }[] } = JSON.parse(await (await fetch(`${url}/v1/models`)).text());
  return Object.fromEntries(data.filter((it) => it.root.startsWith('acme/big')).map((it) => [it.id, it.root]));
}

describe('while the replicas of a pool change their model', () => {
  test('names of both lives are listed, each with the model that answers', async () => {
    await using it = gateway();
    it.gateway.setRoutes(routes(whileChanging));
    expect(await models(it.url)).toEqual({ heavy: NEW, big: NEW, [NEW]: NEW, [OLD]: OLD, 'gpt-4': NEW });
  });

  test.each([
    [OLD, OLD],
    [NEW, NEW],
    ['heavy', undefined],
    ['big', undefined],
    ['gpt-4', undefined],
  ])('%s asks for %s', async (name, variant) => {
    await using it = gateway();
    it.gateway.setRoutes(routes(whileChanging));
    expect((await ask(it.url, name)).status).toBe(200);
    expect(it.queue.tickets.map((ticket) => ticket.variant)).toEqual([variant]);
  });

  test('the engine is asked by the pool’s own name, which it knows before and after', async () => {
    await using it = gateway();
    it.gateway.setRoutes(routes(whileChanging));
    await ask(it.url, OLD);
    const [sent] = it.queue.sent;
    expect(JSON.parse(Buffer.from(sent?.body ?? '').toString())).toMatchObject({ model: 'heavy' });
  });

  test('a reply tells the model of the replica that answered, whatever was asked for', async () => {
    await using it = gateway(OLD);
    it.gateway.setRoutes(routes(whileChanging));
    expect((await ask(it.url, 'heavy')).headers.get('x-ssw-model')).toBe(OLD);
  });

  test('a stream whose headers are out before it is known tells it in a comment', async () => {
    const queue = scriptedQueue(Promise.withResolvers<never>().promise);
    await using it = startGatewayOn(queue, { flushAfterMs: 1 });
    it.gateway.setRoutes(routes(whileChanging));
    const response = await chat(it.url, ASK.replace('{', '{"stream":true,'));
    expect([response.headers.get('x-ssw-pool'), response.headers.get('x-ssw-model')]).toEqual(['heavy', null]);
    await response.body?.cancel();
  });
});

describe('the queue is told for which models a request may wait', () => {
  const of = (name: string, model: string, state: ReplicaStatus['state']): ReplicaStatus => {
    return { ...replica('heavy', state), name, model };
  };

  test('those that replicas have, and the one they are to get', async () => {
    await using it = gateway(undefined, [of('heavy-0', OLD, 'ready'), of('heavy-1', OLD, 'starting')]);
    expect(it.queue.expected.get('heavy')).toEqual([OLD]);
    it.gateway.setRoutes(routes(whileChanging));
    expect(it.queue.expected.get('heavy')).toEqual([NEW, OLD]);
  });

  test('not those of replicas that go', async () => {
    await using it = gateway(undefined, [of('heavy-0', NEW, 'starting'), of('heavy-1', OLD, 'draining')]);
    it.gateway.setRoutes(routes(whileChanging));
    expect(it.queue.expected.get('heavy')).toEqual([NEW]);
  });

  test('nor any where this host has no replica of the pool', async () => {
    await using it = gateway(undefined, []);
    expect(it.queue.expected.get('heavy')).toEqual([]);
  });
});

describe('after the change', () => {
  test('the old name leads to the new model until its time is over', async () => {
    await using it = gateway();
    it.gateway.setRoutes(routes([{ name: OLD, isModel: false, untilUnixMs: Date.now() + 300 }]));
    expect(await models(it.url)).toMatchObject({ [OLD]: NEW });
    await eventually('the name is unknown', async () => (await ask(it.url, OLD)).status === 404);
    expect(Object.keys(await models(it.url))).toEqual(['heavy', 'big', NEW]);
  });

  test('another pool’s present name wins over it', async () => {
    await using it = gateway();
    it.gateway.setRoutes(routes([{ name: 'light', isModel: true, untilUnixMs: undefined }]));
    await ask(it.url, 'light');
    expect(it.queue.tickets.map(({ pool, variant }) => [pool, variant])).toEqual([['light', undefined]]);
  });
});

test('a request of which nothing is told never waits for a model', async () => {
  await using it = startGatewayOn(scriptedQueue([hangs]));
  void chat(it.url, ASK.replace('"model":"heavy",', '')).catch(() => undefined);
  await until(() => it.queue.tickets.length === 1);
  expect(it.queue.tickets[0]?.variant).toBeUndefined();
});
