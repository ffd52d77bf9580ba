import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { ROUTING } from '../fixtures/test-gateway.ts';
import { readSignals } from './signals.ts';
import { weigh } from './weigh.ts';

const { weights } = ROUTING;
const user = { role: 'user', content: 'hi' };
const weighing = (body: Record<string, unknown>, promptTokens = 100) => weigh(promptTokens, readSignals(body), weights);

describe('signs of weight', () => {
  test.each([
    [{}, 'auto:light score=100/1500,prompt_tokens=100,turns=1'],
    [{ messages: [user, { role: 'assistant' }, user] }, 'auto:light score=150/1500,prompt_tokens=100,turns=2'],
    [{ input: [user, user, user] }, 'auto:light score=200/1500,prompt_tokens=100,turns=3'],
    [{ tools: [{}] }, 'auto:heavy score=1600/1500,prompt_tokens=100,turns=1,tools'],
    [{ response_format: { type: 'text' } }, 'auto:light score=100/1500,prompt_tokens=100,turns=1'],
    [
      { response_format: { type: 'json_schema' } },
      'auto:light score=400/1500,prompt_tokens=100,turns=1,structured_output',
    ],
    [
      { text: { format: { type: 'json_schema' } } },
      'auto:light score=400/1500,prompt_tokens=100,turns=1,structured_output',
    ],
    [{ guided_regex: 'a' }, 'auto:light score=400/1500,prompt_tokens=100,turns=1,structured_output'],
    [{ reasoning_effort: 'high' }, 'auto:heavy score=3100/1500,prompt_tokens=100,turns=1,effort=high'],
    [{ reasoning: { effort: 'xhigh' } }, 'auto:heavy score=3100/1500,prompt_tokens=100,turns=1,effort=high'],
    [{ reasoning_effort: 'medium' }, 'auto:light score=100/1500,prompt_tokens=100,turns=1,effort=medium'],
    [
      { reasoning_effort: 'none', tools: [{}] },
      'auto:light score=-1400/1500,prompt_tokens=100,turns=1,tools,effort=low',
    ],
  ])('%j', (body, reason) => {
    expect(weighing(body).reason).toBe(reason);
  });
});

test('whatever a request holds, the reason is short and made of known words', () => {
  const anything = fc.dictionary(
    fc.constantFrom(
      'messages',
      'input',
      'tools',
      'response_format',
      'text',
      'reasoning',
      'reasoning_effort',
      'functions',
    ),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, fc.nat(100_000_000), (body, promptTokens) => {
      const { reason } = weighing(body, promptTokens);
      expect(reason).toMatch(
        /^auto:(light|heavy) score=-?\d{1,17}\/1500,prompt_tokens=\d{1,17},turns=\d{1,17}(,tools)?(,structured_output)?(,effort=(low|medium|high))?$/,
      );
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('more of anything never makes a request lighter', () => {
  const shape = fc.record({
    promptTokens: fc.nat(5_000),
    turns: fc.integer({ min: 1, max: 200 }),
    usesTools: fc.boolean(),
    isStructured: fc.boolean(),
  });
  fc.assert(
    fc.property(shape, shape, (one, other) => {
      const least = {
        promptTokens: Math.min(one.promptTokens, other.promptTokens),
        turns: Math.min(one.turns, other.turns),
        usesTools: one.usesTools && other.usesTools,
        isStructured: one.isStructured && other.isStructured,
      };
      const effort = undefined;
      if (weigh(least.promptTokens, { ...least, effort }, weights).is === 'heavy') {
        expect(weigh(one.promptTokens, { ...one, effort }, weights).is).toBe('heavy');
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});
