import { expect, test } from 'bun:test';
import { post, rawClient } from '../fixtures/raw-client.ts';
import { completion, says } from '../fixtures/scripted-engine.ts';
import { ASK, startTestGateway, until } from '../fixtures/test-gateway.ts';

test.each([
  ['text/event-stream', ['text/event-stream', 'text/event-stream']],
  ['caf\xe9', ['caf\xe9', 'caf\xe9']],
  ['bug: \x7f, which nobody may send on: an engine that was never asked was taken for dead', ['*/*', undefined]],
])('an engine is told what a client says, where it can be: %j', async (said, told) => {
  await using it = startTestGateway([says(completion('hi'))]);
  const request = Buffer.from(post('/v1/messages', ASK, `accept: ${said}\r\nanthropic-version: ${said}\r\n`), 'latin1');
  using client = rawClient(it.gateway.port, '');
  client.socket.write(request);
  await until(() => it.queue.sent.length === 1);
  const { accept, 'anthropic-version': version } = it.queue.sent[0]?.headers ?? {};
  expect([accept, version]).toEqual(told);
});
