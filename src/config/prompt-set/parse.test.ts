import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../load.ts';
import { formatProblem } from '../problem.ts';
import { parsePromptSet } from './parse.ts';

const problemsOf = (text: string): readonly string[] => {
  const parsed = parsePromptSet('set.yaml', text);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

const GOOD = `name: mine
prompts:
  - name: one
    messages: [{ role: user, content: Hello }]
    checks: { contains: hi }
`;

describe('a set of prompts', () => {
  test('has defaults for all that it does not say', () => {
    const parsed = parsePromptSet('set.yaml', GOOD);
    expect(parsed).toMatchObject({
      ok: true,
      set: {
        name: 'mine',
        minPassRatio: 1,
        concurrency: 2,
        promptTimeoutMs: 60_000,
        timeoutMs: 300_000,
        prompts: [{ name: 'one', repeat: 1, minPassRatio: 1, required: false, needs: [] }],
      },
    });
  });

  test('has fields and checks of the set in each prompt that does not say its own', () => {
    const parsed = parsePromptSet(
      'set.yaml',
      `name: mine
params: { temperature: 0, max_tokens: 8 }
checks: { usage: true, finish_reason: [stop] }
prompts:
  - { name: one, prompt: Hello, params: { max_tokens: 9 }, checks: { finish_reason: [length] } }
  - { name: two, prompt: Hello }
`,
    );
    expect(parsed.ok && parsed.set.prompts.map((it) => [it.fields, it.checks.usage, it.checks.finishReason])).toEqual([
      [{ temperature: 0, max_tokens: 9, prompt: 'Hello' }, true, ['length']],
      [{ temperature: 0, max_tokens: 8, prompt: 'Hello' }, true, ['stop']],
    ]);
  });
});

/** What is wrong with a file, at which line and column. */
const BROKEN: [name: string, at: string, words: string, text: string][] = [
  ['broken YAML', 'set.yaml:3:', '', 'name: mine\nprompts: [\n'],
  ['an unknown key', 'set.yaml:5:15: prompts[0].checks.contians', 'docs/eval.md', GOOD.replace('contains', 'contians')],
  ['neither messages nor a prompt', 'set.yaml:3:11', 'either', 'name: mine\nprompts:\n  - name: one\n'],
  [
    'a prompt twice',
    'set.yaml:4:13',
    'duplicate',
    'name: a\nprompts:\n  - { name: b, prompt: x }\n  - { name: b, prompt: x }\n',
  ],
  [
    'tools with a prompt',
    'set.yaml:3:',
    'tools go with messages',
    'name: a\nprompts:\n  - { name: b, prompt: x, tools: [{ function: { name: f } }] }\n',
  ],
  [
    'a regex that has no longest match',
    'set.yaml:3:',
    'no longest match',
    "name: a\nprompts:\n  - { name: b, prompt: x, checks: { regex: 'a+' } }\n",
  ],
  [
    'a keyword of JSON schema that is not known',
    'set.yaml:3:',
    'unknown key',
    'name: a\nprompts:\n  - { name: b, prompt: x, checks: { json_schema: { pattern: a } } }\n',
  ],
  [
    'a field that is ours',
    'set.yaml:2:',
    'not for params',
    'name: a\nparams: { stream: true }\nprompts:\n  - { name: b, prompt: x }\n',
  ],
  [
    'a concurrency of a load test',
    'set.yaml:2:14',
    '4',
    'name: a\nconcurrency: 9\nprompts:\n  - { name: b, prompt: x }\n',
  ],
  ['no prompts', 'set.yaml:2:10', '', 'name: a\nprompts: []\n'],
  ['nothing', 'set.yaml:1:1', '', ''],
  [
    'more requests than an evaluation may have',
    'set.yaml:',
    '500 at most',
    `name: a\nprompts:\n${Array.from({ length: 11 }, (_, it) => `  - { name: p${it}, prompt: x, repeat: 50 }\n`).join('')}`,
  ],
];

test.each(BROKEN)('%s is told at its place', (_, at, words, text) => {
  const [first = ''] = problemsOf(text);
  expect(first).toStartWith(at);
  expect(first).toContain(words);
});

test('all problems of a file are told at once, in its order', () => {
  const text = 'name: a\nprompts:\n  - { name: b, prompt: x, repeat: 0 }\n  - { name: c, prompt: x, repeat: 99 }\n';
  expect(problemsOf(text).map((it) => it.split(':')[1])).toEqual(['3', '4']);
});

describe('a config that names a file of prompts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prompt-set-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (smoke: string) => {
    const file = join(folder, 'replicas.yaml');
    writeFileSync(file, `pools: { a: { model: m } }\nreplicas: [{ name: a-0, pool: a }]\neval: { smoke: ${smoke} }\n`);
    return loadConfig(file, { env: {}, uid: 1000 });
  };

  test('is valid if that file is, which lies beside it', async () => {
    writeFileSync(join(folder, 'good.yaml'), GOOD);
    expect(await load('good.yaml')).toMatchObject({ ok: true, config: { eval: { smoke: join(folder, 'good.yaml') } } });
  });

  test('is not valid otherwise: the file’s problems, at their own places', async () => {
    writeFileSync(join(folder, 'bad.yaml'), GOOD.replace('contains', 'contians'));
    expect(await load('./bad.yaml')).toMatchObject({
      ok: false,
      problems: [{ file: join(folder, 'bad.yaml'), line: 5 }],
    });
    expect(await load('gone.yaml')).toMatchObject({
      ok: false,
      problems: [{ file: join(folder, 'gone.yaml'), line: 1 }],
    });
  });

  test.each(['smoke', 'plumbing', 'false'])('may say %s, which is no file', async (smoke) => {
    expect((await load(smoke)).ok).toBe(true);
  });
});
