import { expect, test } from 'bun:test';
import { parseConfig } from './index.ts';

const base = 'pools: { heavy: { model: a } }\n';

function load(text: string) {
  const result = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

test('a replica has the section’s policy, but for what it says itself', () => {
  const { restart, replicas } = load(`${base}
restart: { max_restarts: 3, phase_timeout_s: { loading: 60 } }
replicas:
  - { name: a, pool: heavy }
  - { name: b, pool: heavy, restart: { stop_grace_s: 2.5, phase_timeout_s: { capturing: 7 } } }
`);
  expect(restart).toMatchObject({ maxRestarts: 3, stopGraceMs: 10_000, phaseTimeoutMs: { loading: 60_000 } });
  expect(replicas[0]?.restart).toEqual(restart);
  expect(replicas[1]?.restart).toEqual({
    ...restart,
    stopGraceMs: 2_500,
    phaseTimeoutMs: { ...restart.phaseTimeoutMs, capturing: 7_000 },
  });
});

test('an unknown phase is refused with its place', () => {
  const result = parseConfig(
    '/r.yaml',
    `${base}replicas: [{ name: a, pool: heavy }]\nrestart: { phase_timeout_s: { boot: 1 } }\n`,
    {
      env: {},
      uid: 0,
    },
  );
  expect(result).toMatchObject({ ok: false, problems: [{ line: 3, path: 'restart.phase_timeout_s.boot' }] });
});
