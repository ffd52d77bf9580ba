import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { parsePromptSet, type PromptSet } from '../config/index.ts';
import type { Ask, Question } from './ask-prompt.ts';
import { runSet, type RunEffects } from './run-set.ts';

type Written = Readonly<Record<string, unknown>>;

function setOf(written: Written): PromptSet {
  const parsed = parsePromptSet('set.yaml', JSON.stringify({ name: 'test', ...written }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.set;
}

const chat = (name: string, more: Written = {}) => ({
  name,
  messages: [{ role: 'user', content: name }],
  checks: { equals: 'yes' },
  ...more,
});

const saying = (content: string) => ({
  ok: true as const,
  body: JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }),
});

/** What a prompt says, by its first message. */
const contentOf = ({ fields }: Question): string => JSON.stringify(fields['messages'] ?? fields['prompt']);

const clock = createFakeClock();
const run = (set: PromptSet, ask: Ask, more: Partial<RunEffects> = {}) =>
  runSet(set, { ask, clock, has: [], until: 'end', ...more });

/** An engine that answers only when the signal aborts. */
const deaf: Ask = ({ signal }) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, cause: 'no answer came: aborted' }), { once: true });
  });

describe('a set', () => {
  test('passes where every prompt does', async () => {
    const report = await run(setOf({ prompts: [chat('a'), chat('b')] }), () => Promise.resolve(saying('yes')));
    expect(report).toMatchObject({ set: 'test', passed: true, cause: null, prompts_passed: 2, prompts_failed: 0 });
  });

  test('fails otherwise, and tells which prompt, which check, and the beginning of what was said', async () => {
    const report = await run(setOf({ prompts: [chat('a'), chat('b')] }), (it) =>
      Promise.resolve(saying(contentOf(it).includes('"b"') ? '!'.repeat(5000) : 'yes')),
    );
    expect(report.passed).toBe(false);
    expect(report.cause).toStartWith('eval test: 1 of 2 prompts failed: b: equals is not "yes", said "!!!!');
    expect(report.cause?.length).toBeLessThan(300);
    expect(report.prompts[1]?.tries[0]?.excerpt).toBe('!'.repeat(120));
  });

  test('passes with a share of its prompts, where that is enough', async () => {
    const ask: Ask = (it) => Promise.resolve(saying(contentOf(it).includes('"b"') ? 'no' : 'yes'));
    const prompts = [chat('a'), chat('b'), chat('c')];
    expect(await run(setOf({ min_pass_ratio: 0.6, prompts }), ask)).toMatchObject({ passed: true, prompts_failed: 1 });
    expect(await run(setOf({ min_pass_ratio: 0.7, prompts }), ask)).toMatchObject({ passed: false });
    const required = [chat('a'), chat('b', { required: true }), chat('c')];
    expect(await run(setOf({ min_pass_ratio: 0.6, prompts: required }), ask)).toMatchObject({ passed: false });
  });

  test('asks a prompt as often as it says, and a share of its answers may be enough', async () => {
    let asked = 0;
    const ask: Ask = () => Promise.resolve(saying(++asked % 4 === 0 ? 'no' : 'yes'));
    const lenient = await run(setOf({ prompts: [chat('a', { repeat: 8, min_pass_ratio: 0.75 })] }), ask);
    expect([asked, lenient.passed, lenient.prompts[0]?.tries.length]).toEqual([8, true, 8]);
    expect((await run(setOf({ prompts: [chat('a', { repeat: 8, min_pass_ratio: 0.8 })] }), ask)).passed).toBe(false);
  });

  test('leaves out what the pool cannot do, and fails where nothing is left', async () => {
    const set = setOf({ prompts: [chat('a'), chat('b', { needs: ['tool_call_parser'] })] });
    const answers: Ask = () => Promise.resolve(saying('yes'));
    expect(await run(set, answers)).toMatchObject({ passed: true, prompts_passed: 1, prompts_skipped: 1 });
    expect(await run(set, answers, { has: ['tool_call_parser'] })).toMatchObject({ prompts_passed: 2 });
    const nothing = setOf({ prompts: [chat('b', { needs: ['tool_call_parser'] })] });
    expect(await run(nothing, answers)).toMatchObject({ passed: false, cause: expect.stringContaining('no prompt') });
  });

  test('sends what the file says, its own fields over those of the set', async () => {
    const asked: Question[] = [];
    const ask: Ask = (it) => {
      asked.push(it);
      return Promise.resolve(saying('yes'));
    };
    const params = { temperature: 0, max_tokens: 5 };
    await run(
      setOf({ params, prompts: [chat('a', { params: { max_tokens: 9 } }), { name: 'b', prompt: 'Once' }] }),
      ask,
    );
    expect(asked.map(({ path, fields }) => [path, fields])).toEqual([
      ['/v1/chat/completions', { temperature: 0, max_tokens: 9, messages: [{ role: 'user', content: 'a' }] }],
      ['/v1/completions', { temperature: 0, max_tokens: 5, prompt: 'Once' }],
    ]);
  });
});

describe('an answer', () => {
  test.each([
    ['{', 'the answer is no JSON'],
    ['{}', 'the answer has no choice'],
    ['{"choices":[]}', 'the answer has no choice'],
  ])('that is %p fails: %s', async (body, why) => {
    const report = await run(setOf({ prompts: [chat('a')] }), () => Promise.resolve({ ok: true, body }));
    expect(report.prompts[0]?.tries[0]?.failures).toEqual([{ check: 'answer', why }]);
  });

  test('is what comes after a thought', async () => {
    const report = await run(setOf({ prompts: [chat('a')] }), () =>
      Promise.resolve(saying('<think>\nno!\n</think>\n\nYes')),
    );
    expect(report.passed).toBe(true);
  });

  test('that does not come in time fails, and the next is asked', async () => {
    const set = setOf({ concurrency: 1, prompt_timeout_s: 2, prompts: [chat('a'), chat('b')] });
    const ended = run(set, (it) => (contentOf(it).includes('"a"') ? deaf(it) : Promise.resolve(saying('yes'))));
    await clock.advance(2000);
    const report = await ended;
    expect(report.prompts.map((it) => it.outcome)).toEqual(['failed', 'passed']);
    expect(report.cause).toContain('not within 2000 ms');
  });
});

describe('the end of a set', () => {
  test('comes after its own time, whatever is left', async () => {
    const ended = run(setOf({ concurrency: 2, timeout_s: 3, prompts: [chat('a', { repeat: 20 })] }), deaf);
    await clock.advance(3000);
    const report = await ended;
    expect(report).toMatchObject({ passed: false, duration_ms: 3000 });
    expect(report.prompts[0]?.tries.length).toBe(20);
    expect(report.cause).toContain('the set was not done within 3000 ms');
  });

  test('comes when it is aborted, also before it began', async () => {
    const aborter = new AbortController();
    const ended = run(setOf({ prompts: [chat('a'), chat('b')] }), deaf, { signal: aborter.signal });
    await clock.advance(1);
    aborter.abort();
    expect((await ended).cause).toContain('the evaluation was aborted');
    let asked = 0;
    const counting: Ask = (it) => {
      asked += 1;
      return deaf(it);
    };
    expect(await run(setOf({ prompts: [chat('a')] }), counting, { signal: aborter.signal })).toMatchObject({
      passed: false,
    });
    expect(asked).toBe(0);
  });

  test('comes at the first failure that decides, where nobody wants to know the rest', async () => {
    let asked = 0;
    const ask: Ask = () => {
      asked += 1;
      return Promise.resolve(saying('no'));
    };
    const set = setOf({ concurrency: 1, min_pass_ratio: 0.8, prompts: 'abcdefghij'.split('').map((it) => chat(it)) });
    expect(await run(set, ask, { until: 'decided' })).toMatchObject({
      passed: false,
      prompts_failed: 3,
      prompts_skipped: 7,
    });
    expect(asked).toBe(3);
  });

  test('leaves no timer and no listener behind', async () => {
    await run(setOf({ prompts: [chat('a')] }), () => Promise.resolve(saying('yes')));
    expect(clock.nextInMs()).toBeUndefined();
  });
});

test('whatever is answered and however long it takes: never more at once than the set says, and each is asked once', async () => {
  const answer = fc.record({ passes: fc.boolean(), ms: fc.integer({ min: 0, max: 50 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(answer, { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (concurrency, answers, ratio) => {
        let [running, most] = [0, 0];
        const ask: Ask = (it) => {
          const { passes, ms } = answers[Number(contentOf(it).match(/p(\d+)/)?.[1])] ?? { passes: false, ms: 0 };
          running += 1;
          most = Math.max(most, running);
          return new Promise((resolve) => {
            clock.after(ms, () => {
              running -= 1;
              resolve(saying(passes ? 'yes' : 'no'));
            });
          });
        };
        const prompts = answers.map((_, index) => chat(`p${index}`));
        const ended = run(setOf({ concurrency, min_pass_ratio: ratio, prompts }), ask);
        await clock.advance(2000);
        const report = await ended;
        const passing = answers.filter((it) => it.passes).length;
        expect(most).toBeLessThanOrEqual(concurrency);
        expect([report.prompts_passed, report.prompts_failed]).toEqual([passing, answers.length - passing]);
        expect(report.prompts.every((it) => it.tries.length === 1)).toBe(true);
        expect(report.passed).toBe(passing > 0 && passing / answers.length >= ratio - 1e-6);
      },
    ),
    { numRuns: 100 },
  );
});
