import { describe, expect, test } from 'bun:test';
import { parseConfig } from './load.ts';

const base = `pools:
  heavy: { model: m }
replicas:
  - { name: heavy-0, pool: heavy }
`;
const parse = (text: string) => parseConfig('/etc/ssw/r.yaml', `${base}${text}`, { env: {}, uid: 0 });
const problemsOf = (text: string) => {
  const loaded = parse(text);
  return loaded.ok ? [] : loaded.problems.map((it) => `${it.line}:${it.column} ${it.path}: ${it.message}`);
};
const guardrailsOf = (text: string) => {
  const loaded = parse(text);
  if (!loaded.ok) throw new Error(loaded.problems.map((it) => it.message).join('\n'));
  return loaded.config.guardrails;
};

describe('guardrails', () => {
  test('are none by default', () => expect(guardrailsOf('')).toEqual({ rules: [] }));

  test('of words ignore case and want whole words, of a pattern neither', () => {
    const { rules } = guardrailsOf(`guardrails:
  rules:
    - { name: a, words: [one, only], action: refuse }
    - { name: b, pattern: 'a{1,3}', action: flag, applies_to: [response] }`);
    const told = rules.map((it) => [it.ignoreCase, it.wholeWords, it.onRequest, it.onResponse, it.replacement]);
    expect(told).toEqual([
      [true, true, true, true, '[redacted]'],
      [false, false, false, true, '[redacted]'],
    ]);
  });

  test('a hook is asked within limits, and refuses where it cannot judge', () => {
    expect(guardrailsOf("guardrails: { hook: { url: 'http://127.0.0.1:9/check' } }").hook).toEqual({
      url: 'http://127.0.0.1:9/check',
      timeoutMs: 2000,
      onFailure: 'refuse',
      inFlightMax: 64,
      textBytesMax: 1_048_576,
      pools: undefined,
      tenants: undefined,
    });
  });

  test('what is wrong is told where it stands', () => {
    expect(
      problemsOf(`guardrails:
  rules:
    - { name: a, pattern: 'a+', action: redact }
    - { name: b, action: redact }
    - { name: c, pattern: a, words: [b], action: redact }`),
    ).toEqual([
      '7:27 guardrails.rules[0].pattern: this pattern is not taken: "+" at 2 has no longest match; write {1,n}',
      '8:7 guardrails.rules[1].pattern: a rule has a pattern or words',
      '9:27 guardrails.rules[2].pattern: a rule has a pattern or words',
    ]);
    expect(
      problemsOf(`guardrails:
  rules:
    - { name: a, pattern: b, action: flag, pools: [light] }
    - { name: a, pattern: c, action: flag }
  hook: { url: 'http://h/', pools: [lite] }`),
    ).toEqual([
      '7:52 guardrails.rules[0].pools[0]: unknown pool "light"; pools are: heavy',
      '8:15 guardrails.rules[1].name: duplicate rule "a"',
      '9:37 guardrails.hook.pools[0]: unknown pool "lite"; pools are: heavy',
    ]);
  });

  test('a password has no place in the url of the hook', () => {
    expect(problemsOf("guardrails: { hook: { url: 'http://u:p@h/' } }")).toHaveLength(1);
  });
});

describe('routing', () => {
  test('pools that it names must be there; the two by default need not', () => {
    expect(problemsOf('routing: { turn_tokens: 1 }')).toEqual([]);
    expect(problemsOf('routing: { light: small, fallback: { heavy: lite, other: heavy } }')).toEqual([
      '5:19 routing.light: unknown pool "small"; pools are: heavy',
      '5:45 routing.fallback.heavy: unknown pool "lite"; pools are: heavy',
      '5:58 routing.fallback.other: unknown pool "other"; pools are: heavy',
    ]);
    expect(problemsOf('routing: { fallback: { heavy: heavy } }')).toEqual([
      '5:31 routing.fallback.heavy: pool "heavy" cannot step in for itself',
    ]);
  });
});
