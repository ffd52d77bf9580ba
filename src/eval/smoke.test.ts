import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { shippedSet, runSet, type EvalReport, type Question } from './index.ts';

/** What one request is answered. */
interface Said {
  readonly content: string | null;
  readonly finish_reason: string;
  readonly tool_calls?: readonly unknown[];
}

const said = (content: string): Said => ({ content, finish_reason: 'stop' });

/** As models that follow instructions answer: by the prompt's name. */
const GOOD: Readonly<Record<string, Said>> = {
  ready: said('Ready.'),
  capital: said('Paris'),
  sum: said('12'),
  echo: said('blue-giraffe-42'),
  turns: said('Your name is Ada.'),
  reading: said('58'),
  list: said('Monday\nTuesday\nWednesday\nThursday\nFriday\nSaturday\nSunday'),
  json: said('{"name": "Ada", "age": 36}'),
  tool: {
    content: null,
    finish_reason: 'tool_calls',
    tool_calls: [{ type: 'function', function: { name: 'get_weather', arguments: '{"city": "Paris"}' } }],
  },
};

const set = shippedSet('smoke');
const nameOf = ({ fields }: Question): string =>
  set.prompts.find((it) => it.fields['messages'] === fields['messages'])?.name ?? '';

/** The set, asked of a model that answers by the prompt's name, each answer after `ms`. */
async function ask(answer: (name: string) => Said, ms = 500): Promise<EvalReport> {
  const clock = createFakeClock();
  const ended = runSet(set, {
    clock,
    has: ['tool_call_parser'],
    until: 'end',
    ask: (question) =>
      new Promise((resolve) => {
        const { finish_reason, ...message } = answer(nameOf(question));
        const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 };
        const body = JSON.stringify({ choices: [{ message, finish_reason }], usage });
        clock.after(ms, () => resolve({ ok: true, body }));
      }),
  });
  await clock.advance(set.timeoutMs);
  return ended;
}

const good = (name: string): Said => GOOD[name] ?? said('');

test('a model that follows instructions passes', async () => {
  const report = await ask(good);
  expect(report).toMatchObject({ passed: true, cause: null, prompts_failed: 0, prompts_skipped: 0 });
});

test('so does one that thinks aloud first, and one that is polite', async () => {
  const thinks = (name: string): Said => {
    const { content, ...rest } = good(name);
    return { ...rest, content: content === null ? null : `<think>\nEasy, easy, easy!\n</think>\n\n${content}` };
  };
  expect((await ask(thinks)).cause).toBeNull();
  const polite: Readonly<Record<string, Said>> = {
    ready: said('**ready**'),
    capital: said('The capital of France is **Paris**.'),
    sum: said('7 + 5 = 12'),
    echo: said('`blue-giraffe-42`'),
    turns: said('Ada'),
    reading: said('There are 58 lanterns in the shed behind the house.'),
    list: said('1. Monday\n2. Tuesday\n3. Wednesday\n4. Thursday\n5. Friday\n6. Saturday\n7. Sunday\n'),
    json: said('{\n  "age": 36,\n  "name": "Ada"\n}'),
  };
  expect((await ask((name) => polite[name] ?? good(name))).cause).toBeNull();
});

describe('a model does not pass', () => {
  const endless = (text: string): Said => ({ content: text.repeat(400).slice(0, 8000), finish_reason: 'length' });
  const BROKEN: readonly (readonly [string, (name: string) => Said])[] = [
    ['that says one character over and over', () => endless('!')],
    ['that says it only now and then, as in a batch', batchOnly()],
    ['that never ends by itself, right as it is', (name) => ({ ...good(name), finish_reason: 'length' })],
    ['that goes on with a chat of its own', (name) => endless(`${good(name).content}\nUser: And now?\nAssistant: `)],
    ['that says nothing', () => said('')],
    ['that ends in blanks', () => said(' \n\n ')],
    ['that says something else, well put', () => said('I am sorry, but I cannot help with that.')],
    ['that says what was asked, not the answer', (name) => said(`You asked me about ${name}.`)],
    [
      'whose text is torn',
      (name) => ({ ...good(name), content: `${good(name).content ?? ''}\uFFFD\uFFFD\uFFFD\uFFFD` }),
    ],
    [
      'whose tool calls are not read',
      (name) => (name === 'tool' ? said('<tool_call>\n{"name": "get_weather"}\n</tool_call>') : good(name)),
    ],
    ['that writes Markdown in place of JSON', (name) => (name === 'json' ? said('```json\n{}\n```') : good(name))],
    ['that has lost a turn of the chat', (name) => (name === 'turns' ? said('I do not know your name.') : good(name))],
  ];
  test.each(BROKEN)('%s', async (_, answer) => {
    expect((await ask(answer)).passed).toBe(false);
  });

  test('that is right, but far too late', async () => {
    expect((await ask(good, 61_000)).passed).toBe(false);
  });
});

function batchOnly(): (name: string) => Said {
  let asked = 0;
  return (name) => (++asked === 4 ? said('!!!!!!!!') : good(name));
}
