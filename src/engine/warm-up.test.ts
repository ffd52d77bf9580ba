import { expect, test } from 'bun:test';
import type { EngineClient, EngineReply, EngineRequest } from './protocol.ts';
import { warmUp } from './warm-up.ts';

const never = () => new AbortController().signal;

function clientThat(send: (request: EngineRequest) => EngineReply): EngineClient {
  return {
    send: (request) => Promise.resolve(send(request)),
    get: () => Promise.reject(new Error('not asked for')),
    close: () => undefined,
  };
}

async function* bytes(text: string) {
  yield new TextEncoder().encode(text);
}

const answer = (status: number, text: string): EngineReply => ({ ok: true, status, headers: {}, body: bytes(text) });

test('asks for one token by the name it is given', async () => {
  const requests: EngineRequest[] = [];
  const client = clientThat((request) => {
    requests.push(request);
    return answer(200, '{"choices":[{"text":" a"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}');
  });
  expect(await warmUp(client, 'Qwen/Qwen3-8B', never())).toEqual({ ok: true });
  expect(requests[0]).toMatchObject({ path: '/v1/completions', headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ model: 'Qwen/Qwen3-8B', max_tokens: 1 });
});

test('bug: the first user who wants logprobs waits for a kernel, and an engine that compiles is taken for stalled', async () => {
  const bodies: unknown[] = [];
  const client = clientThat(({ body }) => {
    bodies.push(JSON.parse(String(body)));
    return answer(200, '{"usage":{"completion_tokens":1}}');
  });
  await warmUp(client, 'm', never());
  expect(bodies).toEqual([expect.objectContaining({ logprobs: 0 })]); // more than none a server may forbid
});

test.each([
  ['an error', answer(500, '{"error":{"message":"dead"}}'), 'status 500: dead'],
  ['nonsense', answer(200, '<html>'), 'an answer without a token: <html>'],
  ['no token', answer(200, '{"usage":{"completion_tokens":0}}'), 'an answer without a token'],
  ['nothing', { ok: false, failure: 'reset', cause: undefined } as const, 'reset'],
])('%s is no warm engine', async (_, reply, cause) => {
  expect(
    await warmUp(
      clientThat(() => reply),
      'm',
      never(),
    ),
  ).toEqual({ ok: false, cause: expect.stringContaining(cause) });
});

test('nor is an answer that breaks off', async () => {
  const body = (async function* () {
    yield new Uint8Array(1);
    throw new Error('gone');
  })();
  const client = clientThat(() => ({ ok: true, status: 200, headers: {}, body }));
  expect(await warmUp(client, 'm', never())).toEqual({ ok: false, cause: 'the answer broke off: Error: gone' });
});
