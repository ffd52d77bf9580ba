import { expect, test } from 'bun:test';
import { rawClient } from './fixtures/raw-client.ts';
import { chunk, completion, DONE, hangs, liveStream, says } from './fixtures/scripted-engine.ts';
import { ASK, ASK_STREAM, chat, startTestGateway, thrownBy, until } from './fixtures/test-gateway.ts';

const patience = () => new AbortController().signal;

test('draining refuses what is new and says so; what runs goes on', async () => {
  const live = liveStream();
  await using it = startTestGateway([live.script]);
  live.push(chunk('a'));
  const running = await chat(it.url, ASK_STREAM);
  it.gateway.drain();
  const refused = await chat(it.url, ASK);
  expect(refused.status).toBe(503);
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'x-ssw-reject-reason': 'draining',
    'x-should-retry': 'true',
    'retry-after': '5',
  });
  expect(await refused.json()).toMatchObject({ error: { code: 'draining' } });
  expect((await fetch(`${it.url}/ready`)).status).toBe(503);
  expect((await fetch(`${it.url}/health`)).status).toBe(200);
  live.push(DONE);
  live.end();
  expect(await running.text()).toBe(chunk('a') + DONE);
});

test('stop waits for the last byte of what runs, and for no idle connection', async () => {
  const live = liveStream();
  await using it = startTestGateway([live.script]);
  using idle = rawClient(it.gateway.port, 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n');
  await until(() => idle.received().includes('ok'));
  live.push(chunk('a'));
  const running = await chat(it.url, ASK_STREAM);
  let stopped = false;
  const stop = it.gateway.stop(patience()).then(() => (stopped = true));
  expect(await thrownBy(fetch(`${it.url}/health`, { keepalive: false }))).toBeInstanceOf(Error);
  expect(stopped).toBe(false);
  live.push(DONE);
  live.end();
  expect(await running.text()).toBe(chunk('a') + DONE);
  await stop;
  expect(it.queue.outcomes).toEqual(['completed']);
});

test('in a hurry, stop cuts what runs, and every request still has its outcome', async () => {
  await using it = startTestGateway([hangs]);
  const thrown = thrownBy(chat(it.url, ASK));
  await until(() => it.queue.sent.length === 1);
  await it.gateway.stop(AbortSignal.abort());
  expect(await thrown).toBeInstanceOf(Error);
  await until(() => it.queue.outcomes.length === 1);
  expect(it.queue.outcomes).toEqual(['client_gone']);
});

test('hurry may come later', async () => {
  await using it = startTestGateway([hangs]);
  const thrown = thrownBy(chat(it.url, ASK));
  await until(() => it.queue.sent.length === 1);
  const hurry = new AbortController();
  const stop = it.gateway.stop(hurry.signal);
  hurry.abort();
  await stop;
  expect(await thrown).toBeInstanceOf(Error);
});

test('two gateways do not share a port', async () => {
  await using first = startTestGateway([says(completion('hi'))]);
  await using second = startTestGateway([says(completion('hi'))]);
  expect(first.gateway.port).not.toBe(second.gateway.port);
});
