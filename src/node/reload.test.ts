import { beforeEach, describe, expect, test } from 'bun:test';
import { parseConfig, type Config, type LoadResult } from '../config/index.ts';
import type { OperationResult } from '../supervisor/index.ts';
import { createReloader, type Reloader } from './reload.ts';
import { planReplica } from './replica-plans.ts';

const base = `
gateway: { port: 8000 }
pools:
  heavy: { model: a }
  light: { model: b }
replicas:
  - { name: heavy-0, pool: heavy }
  - { name: light-0, pool: light }
  - { name: light-1, pool: light }
`;
const parse = (text: string): LoadResult => parseConfig('/r.yaml', text, { env: {}, uid: 0 });
const load = (text: string): Config => {
  const result = parse(text);
  if (!result.ok) throw new Error('the test has a bad config');
  return result.config;
};

/** The file on disk, what the supervisor was asked, and what it answers for a replica. */
let file: string;
let asked: string[];
let answers: Map<string, OperationResult>;
let reloader: Reloader;
/** As the gateway was told last. */
let tenants: readonly string[];
const answer = (kind: string, name: string): Promise<OperationResult> => {
  asked.push(`${kind} ${name}`);
  return Promise.resolve(answers.get(name) ?? { ok: true });
};

beforeEach(() => {
  file = base;
  asked = [];
  answers = new Map();
  tenants = [];
  const config = load(base);
  reloader = createReloader(config, {
    load: () => Promise.resolve(parse(file)),
    supervisor: {
      add: (plan) => answer('add', plan.replica.name),
      replace: (plan) => answer('replace', plan.replica.name),
      remove: (name) => answer('remove', name),
    },
    plan: (definition) => planReplica(definition, config.paths),
    begin() {
      asked.push('begin');
      return () => asked.push('end');
    },
    takenInPlace: (it) => (tenants = it.tenants.map(({ name }) => name)),
    adopted: (it) => asked.push(`adopted ${it.pools['light']?.model}`),
    ended: ({ result }) => asked.push(result),
  });
});
const reload = () => reloader.reload(() => undefined);

describe('a reload', () => {
  test('of the same file asks nobody for anything', async () => {
    expect(await reload()).toEqual({ ok: true });
    expect(asked).toEqual(['begin', 'adopted b', 'success', 'end']);
  });

  test('moves what changed, one after the other, and adopts the file at the end', async () => {
    file = base.replace('model: b', 'model: c');
    expect(await reload()).toEqual({ ok: true });
    expect(asked).toEqual(['begin', 'replace light-0', 'replace light-1', 'adopted c', 'success', 'end']);
    expect(reloader.current().pools['light']?.model).toBe('c');
  });

  test('of a bad file changes nothing and says where it is wrong, until one succeeds', async () => {
    file = base.replace('pool: heavy', 'pool: huge');
    expect(await reload()).toEqual({
      ok: false,
      message: expect.stringMatching(/^\/r\.yaml:\d+:\d+: /),
    });
    expect(asked).toEqual(['begin', 'refused', 'end']);
    expect(reloader.lastError()).toContain('unknown pool "huge"');
    file = base;
    await reload();
    expect(reloader.lastError()).toBeUndefined();
  });

  test('takes tenants first, and the old ones back after a rollout that failed', async () => {
    file = `${base.replace('model: b', 'model: c')}tenants: [{ name: npc }]\n`;
    answers.set('light-0', { ok: false, message: 'light-0 did not start' });
    expect((await reload()).ok).toBe(false);
    expect(tenants).toEqual(['npc']);
    file = base;
    await reload();
    expect(tenants).toEqual([]);
  });

  test('that only a restart can take is refused as a whole', async () => {
    file = base.replace('8000', '8001').replace('model: b', 'model: c');
    expect(await reload()).toEqual({ ok: false, message: 'needs a restart of the service: gateway' });
    expect(asked).toEqual(['begin', 'refused', 'end']);
  });

  test('stops at the first replica that does not come up; the old file then brings just that one back', async () => {
    file = base.replace('model: b', 'model: c');
    answers.set('light-0', { ok: false, message: 'light-0 did not start' });
    expect(await reload()).toEqual({ ok: false, message: 'light-0 did not start' });
    expect(asked).toEqual(['begin', 'replace light-0', 'failed', 'end']);
    asked.length = 0;
    answers.clear();
    file = base;
    expect(await reload()).toEqual({ ok: true });
    expect(asked).toEqual(['begin', 'replace light-0', 'adopted b', 'success', 'end']);
  });

  test('waits for the one before, and is planned against what that left', async () => {
    file = base.replace('model: b', 'model: c');
    await Promise.all([reload(), reload()]);
    const first = ['begin', 'replace light-0', 'replace light-1', 'adopted c', 'success', 'end'];
    expect(asked).toEqual([...first, 'begin', 'adopted c', 'success', 'end']);
  });

  test('whose supervisor throws has failed, and the next one runs', async () => {
    file = base.replace('model: b', 'model: c');
    answers.get = () => {
      throw new Error('out of processes');
    };
    expect(await reload()).toEqual({ ok: false, message: 'Error: out of processes' });
    expect(asked.slice(-2)).toEqual(['failed', 'end']);
  });
});

test('a preview asks nobody', async () => {
  file = base.replace('name: light-1', 'name: light-2');
  expect(await reloader.preview()).toEqual({ ok: true, steps: ['remove replica light-1', 'add replica light-2'] });
  expect(asked).toEqual([]);
});
