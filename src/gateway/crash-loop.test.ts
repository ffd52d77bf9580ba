import { expect, test } from 'bun:test';
import { POISON, startMortalEngines } from './fixtures/mortal-engines.ts';
import { chat, errorOf, startGatewayOn } from './fixtures/test-gateway.ts';

const ask = (content: string, stream = false): string =>
  JSON.stringify({ model: 'heavy', ...(stream ? { stream } : {}), messages: [{ role: 'user', content }] });

const QUARANTINED = /"Engines died of this request, .* `ssw-infer quarantine release ([0-9a-f]{32})`\."/;

test.each([1, 2])(
  'a poison among fifty, on %i replicas: fifty are answered, it is quarantined',
  async (count) => {
    const engines = await startMortalEngines(['heavy-0', 'heavy-1'].slice(0, count));
    await using it = startGatewayOn(engines.queue);
    const innocents = Array.from({ length: 50 }, (_, at) => chat(it.url, ask(`hello ${at}`)));
    const poisoned = chat(it.url, ask(POISON));
    for (const response of await Promise.all(innocents)) expect(response.status).toBe(200);
    const response = await poisoned;
    expect(response.status).toBe(500);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await errorOf(response)).toMatchObject({ code: 'engine_failed', type: 'server_error' });
    expect(engines.deaths()).toBe(3);

    const again = await chat(it.url, ask(POISON));
    expect(again.headers.get('x-ssw-reject-reason')).toBe('quarantined');
    const [, fingerprint = ''] = QUARANTINED.exec(JSON.stringify(await errorOf(again))) ?? [];
    expect(await engines.queue.quarantined()).toMatchObject([{ fingerprint, pool: 'heavy' }]);
    expect(engines.deaths()).toBe(3);
    expect(await engines.queue.release(fingerprint)).toBe(1);
    await engines.queue.close();
  },
  20_000,
);

test('a poison whose client sends it again each time its stream breaks is known after three deaths', async () => {
  const engines = await startMortalEngines(['heavy-0', 'heavy-1']);
  await using it = startGatewayOn(engines.queue);
  for (let deaths = 1; deaths <= 3; deaths += 1) {
    const broken = await chat(it.url, ask(POISON, true));
    expect(broken.status).toBe(200);
    expect(await broken.text()).toContain('"code":"engine_failed"');
    expect(engines.deaths()).toBe(deaths);
  }
  const refused = await chat(it.url, ask(POISON, true));
  expect(refused.status).toBe(500);
  expect(refused.headers.get('x-ssw-reject-reason')).toBe('quarantined');
  expect((await chat(it.url, ask('hello', true))).status).toBe(200);
  await engines.queue.close();
});
