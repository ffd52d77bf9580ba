import { describe, expect, test } from 'bun:test';
import {
  chunk,
  completion,
  DONE,
  JSON_TYPE,
  liveStream,
  pieces,
  says,
  streams,
  USAGE,
} from '../fixtures/scripted-engine.ts';
import type { Plan } from '../fixtures/scripted-queue.ts';
import { ASK, ASK_STREAM, chat, errorOf, startTestGateway, until, type TestGateway } from '../fixtures/test-gateway.ts';
import { rulesOf, type RuleInput } from './fixtures/rules.ts';

const CARD = { name: 'card', pattern: '\\d{4}(?:[ -]?\\d{4}){3}', replacement: '[card]' };
const CARD_NUMBER = '4111 1111 1111 1111';
const SECRET = { name: 'secret', words: ['project falcon'], action: 'refuse' } as const;

const start = (plan: Plan, ...rules: readonly RuleInput[]): TestGateway =>
  startTestGateway(plan, { guardrails: { rules: rulesOf(...rules) } });
const saying = (content: string, more: object = {}) =>
  JSON.stringify({ model: 'heavy', messages: [{ role: 'user', content }], ...more });
const sentBody = (it: TestGateway): string => String(it.queue.sent[0]?.body);
const series = async (it: TestGateway): Promise<string> => it.metrics.registry.metrics();

/** What a client puts together from a chat stream. */
async function streamed(response: Response) {
  const text = await response.text();
  const events = text.split('\n\n').filter((it) => it !== '');
  const chunks = events.filter((it) => it.startsWith('data: {')).map((it) => JSON.parse(it.slice('data: '.length)));
  const choices = chunks.flatMap((it) => it.choices ?? []);
  const joined = (index: number) =>
    choices
      .filter((it) => it.index === index)
      .map((it) => it.delta.content ?? '')
      .join('');
  const finishes = choices.map((it) => it.finish_reason).filter((it) => it !== null);
  return { text, joined, finishes, isDone: events.at(-1) === 'data: [DONE]', choices };
}

describe('a request', () => {
  test('bug: that begins with a byte order mark is read as any other', async () => {
    await using it = start([says(completion('ok')), says(completion('ok'))], SECRET, CARD);
    expect((await chat(it.url, `\uFEFF${saying('tell me about project falcon')}`)).status).toBe(400);
    expect((await chat(it.url, `\uFEFF${saying('tell me')}`)).status).toBe(200);
    expect((await chat(it.url, `\uFEFF${saying(CARD_NUMBER)}`)).status).toBe(200);
    expect(String(it.queue.sent[1]?.body)).toContain('[card]');
  });

  test('that a rule refuses never stands in line', async () => {
    await using it = start([says(completion('ok'))], SECRET);
    const refused = await chat(it.url, saying('tell me about Project Falcon.'));
    expect([refused.status, await errorOf(refused)]).toEqual([
      400,
      {
        message:
          'This request was refused by the rule secret of the guardrails here. Change what it says before you send it again.',
        type: 'invalid_request_error',
        param: null,
        code: 'content_policy_violation',
      },
    ]);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(it.queue.tickets).toHaveLength(0);
    expect((await chat(it.url, saying('tell me about project falconry'))).status).toBe(200);
    expect(await series(it)).toContain(
      'sswinfer_guardrail_matches_total{rule="secret",action="refuse",on="request"} 1',
    );
  });

  test('is redacted wherever it holds text, and nothing else of it changes', async () => {
    await using it = start([says(completion('ok'))], { ...CARD, applies_to: ['request'] });
    const call = { id: 'call-1', type: 'function', function: { name: 'pay', arguments: `{"card":"${CARD_NUMBER}"}` } };
    const body = `{"model":"heavy","seed":12345678901234567890,"temperature":1.0,"messages":${JSON.stringify([
      { role: 'system', content: `his card: ${CARD_NUMBER}!` },
      { role: 'user', content: [{ type: 'text', text: `4111\u002d1111-1111-1111` }] },
      { role: 'assistant', tool_calls: [call] },
    ])}}`;
    expect((await chat(it.url, body)).status).toBe(200);
    expect(sentBody(it)).toBe(
      `{"model":"heavy","seed":12345678901234567890,"temperature":1.0,"messages":${JSON.stringify([
        { role: 'system', content: `his card: [card]!` },
        { role: 'user', content: [{ type: 'text', text: '[card]' }] },
        { role: 'assistant', tool_calls: [{ ...call, function: { name: 'pay', arguments: '{"card":"[card]"}' } }] },
      ])}}`,
    );
  });

  test('bug: is redacted in the names of a tool’s properties too, with every number as it was', async () => {
    await using it = start([says(completion('ok'))], { ...CARD, applies_to: ['request'] });
    const schema = (name: string) =>
      `{"type":"object","properties":{"b":{"maximum":1.0},"${name}":{"type":"string"}},"required":["${name}"]}`;
    const tools = (name: string) => `[{"type":"function","function":{"name":"pay","parameters":${schema(name)}}}]`;
    const body = (name: string) => `{"model":"heavy","messages":[],"tools":${tools(name)}}`;
    expect((await chat(it.url, body(CARD_NUMBER))).status).toBe(200);
    expect(sentBody(it)).toBe(body('[card]'));
  });

  test('bug: that names a secret in a key is refused', async () => {
    await using it = start([says(completion('ok'))], { ...SECRET, words: ['falcon'] });
    const parameters = { type: 'object', properties: { falcon: { type: 'string' } } };
    const tools = [{ type: 'function', function: { name: 'f', parameters } }];
    expect((await chat(it.url, saying('hi', { tools }))).status).toBe(400);
  });

  test('that no rule touches goes on byte for byte', async () => {
    await using it = start([says(completion('ok'))], CARD, SECRET);
    const odd = `{ "model" : "heavy", "seed": 1e3,\n "messages":[{"role":"user","content":"h\\u00e9"}]}`;
    expect((await chat(it.url, odd)).status).toBe(200);
    expect(sentBody(it)).toBe(odd);
  });

  test('that is flagged goes on; it is counted once, however often it matches', async () => {
    await using it = start([says(completion('ok'))], { ...CARD, action: 'flag' });
    const body = saying(`${CARD_NUMBER} and ${CARD_NUMBER}`);
    expect((await chat(it.url, body)).status).toBe(200);
    expect(sentBody(it)).toBe(body);
    expect(await series(it)).toContain('sswinfer_guardrail_matches_total{rule="card",action="flag",on="request"} 1');
  });

  test.each([
    ['token ids', { prompt: [1, 2, 3] }, 'prompt'],
    ['several prompts of token ids', { prompt: [[1], [2]] }, 'prompt'],
    ['embeddings', { prompt_embeds: 'AAAA' }, 'prompt_embeds'],
  ])('that no rule can read is refused: %s', async (_, body, param) => {
    await using it = start([says(completion('ok'))], { ...SECRET, applies_to: ['request'] });
    const refused = await chat(it.url, JSON.stringify({ model: 'heavy', ...body }));
    expect([refused.status, await errorOf(refused)]).toMatchObject([400, { param }]);
  });

  test.each([
    [{ logprobs: true }, 'logprobs'],
    [{ logprobs: 0 }, 'logprobs'],
    [{ prompt_logprobs: 1 }, 'prompt_logprobs'],
    [{ return_token_ids: true }, 'return_token_ids'],
    [{ include: ['message.output_text.logprobs'] }, 'include'],
    [{ enable_response_messages: true }, 'enable_response_messages'], // bug: it repeats the answer, not redacted
  ])('that would get tokens beside redacted text is refused: %j', async (more, param) => {
    await using it = start([says(completion('ok'))], { ...CARD, applies_to: ['response'] });
    const refused = await chat(it.url, saying('hi', more));
    expect([refused.status, await errorOf(refused)]).toMatchObject([400, { param }]);
    expect((await chat(it.url, saying('hi', { logprobs: false }))).status).toBe(200);
  });

  test('that nests too deep to be looked at is refused', async () => {
    await using it = start([says(completion('ok'))], SECRET);
    const refused = await chat(it.url, `{"model":"heavy","x":${'['.repeat(2_000)}${']'.repeat(2_000)}}`);
    expect([refused.status, await errorOf(refused)]).toMatchObject([400, { code: 'invalid_json' }]);
  });

  test('that hides its words where names belong is refused all the same', async () => {
    await using it = start([says(completion('ok'))], SECRET);
    const messages = [{ role: 'user on project falcon', content: 'hi' }];
    expect((await chat(it.url, JSON.stringify({ model: 'heavy', messages }))).status).toBe(400);
    expect((await chat(it.url, saying('hi', { documents: [{ text: 'project falcon' }] }))).status).toBe(400);
  });

  test('of another pool or tenant than the rule’s is not looked at', async () => {
    await using it = start([says(completion('ok'))], { ...SECRET, tenants: ['somebody-else'] });
    expect((await chat(it.url, saying('project falcon'))).status).toBe(200);
  });
});

describe('a whole answer', () => {
  test('is redacted, tool calls too', async () => {
    const message = {
      role: 'assistant',
      content: `pay with ${CARD_NUMBER}`,
      reasoning: `is it ${CARD_NUMBER}?`,
      tool_calls: [
        {
          id: 'c',
          type: 'function',
          function: { name: 'pay', arguments: '{"n": 4111111111111111, "s": "4111\\u00201111 11111111"}' },
        },
      ],
    };
    const said = { id: 'x', choices: [{ index: 0, message, finish_reason: 'stop' }], usage: { prompt_tokens: 1 } };
    await using it = start([says(JSON.stringify(said))], CARD);
    const answer = await (await chat(it.url, ASK)).json();
    expect(answer).toMatchObject({
      choices: [
        {
          message: {
            content: 'pay with [card]',
            reasoning: 'is it [card]?',
            tool_calls: [{ function: { name: 'pay', arguments: '{"n": null, "s": "[card]"}' } }],
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 1 },
    });
  });

  test('that a rule refuses ends before the match, with finish_reason content_filter', async () => {
    await using it = start([says(completion('it is called Project Falcon, and'))], SECRET);
    const answer = await (await chat(it.url, ASK)).json();
    expect(answer).toMatchObject({
      choices: [{ message: { content: 'it is called ' }, finish_reason: 'content_filter' }],
    });
  });

  test('that no rule touches is the very bytes', async () => {
    const odd = `{ "choices":[{"index":0,"message":{"content":"h\\u00e9"},"finish_reason":"stop"}]}`;
    await using it = start([says(odd)], CARD);
    expect(await (await chat(it.url, ASK)).text()).toBe(odd);
  });
});

describe('a stream', () => {
  const parts = (text: string) => Array.from(text, (it) => chunk(it));

  test('is redacted across its chunks; what was held goes out with its end', async () => {
    await using it = start([streams([...parts(`no: ${CARD_NUMBER}. 4111`), chunk('', 'stop'), USAGE, DONE])], CARD);
    const asked = saying('hi', { stream: true, stream_options: { include_usage: true } });
    const { text, joined, finishes, isDone } = await streamed(await chat(it.url, asked));
    expect([joined(0), finishes, isDone]).toEqual(['no: [card]. 4111', ['stop'], true]);
    expect(text).toContain(USAGE);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('passes untouched where nothing matches', async () => {
    const said = [...parts('hello there'), chunk('', 'stop'), DONE];
    await using it = start([streams(said)], CARD);
    expect(await (await chat(it.url, ASK_STREAM)).text()).toBe(said.join(''));
  });

  test('keeps its choices apart', async () => {
    const of = (index: number, content: string, finish: string | null = null) =>
      chunk(content, finish).replace('"index":0', `"index":${index}`);
    const said = [
      of(0, '4111 1111 '),
      of(1, 'a 4111 '),
      of(0, '1111 1111'),
      of(1, 'b', 'stop'),
      of(0, '', 'stop'),
      DONE,
    ];
    await using it = start([streams(said)], CARD);
    const { joined } = await streamed(await chat(it.url, ASK_STREAM));
    expect([joined(0), joined(1)]).toEqual(['[card]', 'a 4111 b']);
  });

  test('that a rule refuses ends with content_filter and [DONE]; the engine is stopped', async () => {
    const said = [...parts('it is Project Falcon.'), ...parts(' and more'), chunk('', 'stop'), DONE];
    await using it = start([streams(said)], SECRET);
    const { text, joined, finishes, isDone } = await streamed(await chat(it.url, ASK_STREAM));
    expect([joined(0), finishes, isDone]).toEqual(['it is ', ['content_filter'], true]);
    expect(text).not.toContain('more');
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('the engine of a refused one is told to stop, and keeps no room', async () => {
    const live = liveStream();
    await using it = start([live.script], SECRET);
    const response = chat(it.url, ASK_STREAM);
    for (const part of parts('it is Project Falcon. ')) live.push(part);
    expect((await streamed(await response)).isDone).toBe(true);
    await until(() => live.closedAtMs() !== undefined);
    expect(it.queue.outcomes).toEqual(['completed']);
  });

  test('of which one choice is refused goes on with the others', async () => {
    const of = (index: number, content: string, finish: string | null = null) =>
      chunk(content, finish).replace('"index":0', `"index":${index}`);
    const said = [of(0, 'project falcon is'), of(1, 'fine'), of(0, ' late', 'stop'), of(1, ' too', 'stop'), DONE];
    await using it = start([streams(said)], SECRET);
    const asked = saying('hi', { stream: true, n: 2 });
    const { joined, finishes, isDone } = await streamed(await chat(it.url, asked));
    expect([joined(0), joined(1), finishes, isDone]).toEqual(['', 'fine too', ['content_filter', 'stop'], true]);
  });

  test('that breaks lets nothing out that was held', async () => {
    await using it = start([streams([...parts('no: 4111 1111'), ''], 'break')], CARD);
    const { text, joined } = await streamed(await chat(it.url, ASK_STREAM));
    expect(joined(0)).toBe('no: ');
    expect(text).toContain('"code":"engine_failed"');
  });

  test('of tool calls: arguments are redacted as the JSON they are', async () => {
    const delta = (toolCall: object, finish: string | null = null) => {
      const choices = [{ index: 0, delta: { tool_calls: [{ index: 0, ...toolCall }] }, finish_reason: finish }];
      return `data: ${JSON.stringify({ id: 'x', choices })}\n\n`;
    };
    const args = ['{"card": "4111 11', '11 1111', ' 1111", "n": 4111', '}'];
    const said = [
      delta({ id: 'c', type: 'function', function: { name: 'pay', arguments: '' } }),
      ...args.map((it) => delta({ function: { arguments: it } })),
      chunk('', 'tool_calls'),
      DONE,
    ];
    await using it = start([streams(said)], CARD);
    const { choices } = await streamed(await chat(it.url, ASK_STREAM));
    const seen = choices.flatMap((choice) => choice.delta.tool_calls ?? []).map((call) => call.function.arguments);
    expect(seen.join('')).toBe('{"card": "[card]", "n": 4111}');
  });
});

test('an engine’s refusal passes: no model wrote it', async () => {
  const declines = () =>
    Promise.resolve({
      ok: true as const,
      status: 400,
      headers: JSON_TYPE,
      body: pieces([`{"error":{"message":"${CARD_NUMBER}"}}`]),
    });
  await using it = start([declines], { ...CARD, applies_to: ['response'] });
  expect(await errorOf(await chat(it.url, ASK))).toMatchObject({ message: CARD_NUMBER });
});
