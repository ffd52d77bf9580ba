import { beforeEach, describe, expect, test } from 'bun:test';
import { layer, type LayeredResult } from '../../config/index.ts';
import type { RolloutEnding, RolloutRecord, RolloutRequest } from '../../supervisor/index.ts';
import type { KeptRollout } from '../kept/config-store.ts';
import { keepConfig } from '../kept/kept-config.ts';
import { layeredOf, NOW, SOURCE, swapTo } from '../kept/kept.fixture.ts';
import { planReplica } from '../replica-plans.ts';
import { runningWhole } from './change.ts';
import { CHANGES_WAITING_MAX, createReloader, type Reloader } from './reloader.ts';

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
const changed = base.replace('model: b', 'model: c');
const context = { env: {}, uid: 0 };
const DONE: RolloutEnding = { result: 'done', cause: undefined, revertFailed: [] };
const ROLLED_BACK: RolloutEnding = { result: 'rolled_back', cause: 'light-0 did not start', revertFailed: [] };

/** The file on disk, how rollouts end, what does not fit, and what happened, in order. */
let file: string;
let endings: RolloutEnding[];
/** What a rollout records on its way. */
let statuses: RolloutRecord['status'][];
let problems: Readonly<Record<string, readonly string[]>>;
let rejected: string | undefined;
let isDiskWell: boolean;
let told: string[];
let requests: RolloutRequest[];
let reloader: Reloader;

beforeEach(() => {
  file = base;
  endings = [];
  problems = {};
  rejected = undefined;
  isDiskWell = true;
  told = [];
  requests = [];
  statuses = ['running'];
  reloader = reloaderOn(base, Promise.resolve());
});

function reloaderOn(text: string, ready: Promise<void>): Reloader {
  const start = layeredOf(text);
  const tell = (what: string) => () => void told.push(what);
  let ids = 0;
  return createReloader(runningWhole(start), ready, {
    load: (overlay): Promise<LayeredResult> => Promise.resolve(layer(SOURCE, file, overlay, context)),
    rejectedText: () => rejected,
    layer: (its, overlay) => layer(SOURCE, its, overlay, context),
    supervisor: {
      async roll(request, effects) {
        requests.push(request);
        told.push(`roll ${request.moves.map((it) => `${it.replica} ${it.to?.pool.model ?? 'off'}`).join()}`);
        for (const status of statuses)
          await effects.record({ id: request.id, status, isAborted: false, cause: undefined, moves: [] });
        return endings.shift() ?? DONE;
      },
    },
    journal: {
      began: ({ id, wish }) => void told.push(`began ${id} by ${wish}`),
      resumed: tell('resumed'),
      recorded: tell('recorded'),
      succeeded({ config }, former) {
        told.push(`succeeded ${config.pools['light']?.model} after ${former?.map((it) => it.name).join()}`);
        return isDiskWell;
      },
      takenBack: ({ wish }, cause) => void told.push(`taken back by ${wish}: ${cause}`),
      overtaken: tell('overtaken'),
      provenWhole: tell('proven'),
      settled: tell('settled'),
    },
    names: {
      duringChange: (_, { pools }) => void told.push(`both names, to ${pools['light']?.model}`),
      after: (from, to) => {
        const name = from.pools['light']?.model ?? '';
        return name === to.pools['light']?.model ? [] : [{ pool: 'light', name, untilUnixMs: 1 }];
      },
      adopt: tell('new names'),
      backTo: tell('old names'),
      routes: () => [],
    },
    checkCards: (config) => Promise.resolve(problems[config.pools['light']?.model ?? ''] ?? []),
    planOf: (definition) => planReplica(definition, start.config.paths),
    takeInPlace({ tenants, pools }) {
      if (tenants.some((it) => it.name === 'broken')) throw new Error('the gateway does not take it');
      told.push(`in place ${pools['light']?.model} ${tenants.map((it) => it.name).join()}`.trim());
    },
    openLines: () => Promise.resolve(),
    emptyLines: () => Promise.resolve(),
    evaluate: () => Promise.resolve({ ok: true }),
    judge: () => Promise.resolve({ ok: true }),
    begin() {
      told.push('begin');
      return tell('end');
    },
    ended: ({ result }) => void told.push(result),
    now: () => NOW,
    newId: () => `id${(ids += 1)}`,
  });
}

const silent = () => undefined;
const reload = () => reloader.reload(silent);
const swap = (model: string) => reloader.swap({ pool: 'light', model, revision: undefined }, silent);
const lightModel = () => reloader.running().layered.config.pools['light']?.model;

test('no more than so many changes wait; the next is refused at once', async () => {
  const ends = await Promise.all(Array.from({ length: CHANGES_WAITING_MAX + 1 }, reload));
  expect(ends.filter((it) => it.result === 'refused')).toHaveLength(1);
  expect(ends.at(-1)?.result).toBe('refused');
  expect(await reload()).toEqual({ result: 'success' });
});

describe('a reload', () => {
  test('of the same file moves nothing, and keeps it as good', async () => {
    expect(await reload()).toEqual({ result: 'success' });
    expect(told).toEqual(['begin', 'in place b', 'succeeded b after ', 'new names', 'success', 'end']);
  });

  test('bug: one that runs but could not be written down said nothing of that', async () => {
    isDiskWell = false;
    const lines: string[] = [];
    expect(await reloader.reload((line) => void lines.push(line))).toEqual({ result: 'success' });
    expect(lines.at(-1)).toContain('could not be written to the state directory');
  });

  test('takes what it can in place, moves the replicas in one rollout, and adopts the file at the end', async () => {
    file = `${changed}tenants: [{ name: npc }]\n`;
    expect(await reload()).toEqual({ result: 'success' });
    expect(told).toEqual([
      'begin',
      'began id1 by reload',
      'in place c npc',
      'both names, to c',
      'roll light-0 c,light-1 c',
      'recorded',
      'succeeded c after b',
      'new names',
      'success',
      'end',
    ]);
    expect(requests[0]?.policies).toMatchObject({ light: { minReady: 1 } });
    expect(lightModel()).toBe('c');
    expect(reloader.last()).toEqual({ result: 'success', at: NOW });
  });

  test('of a bad file changes nothing and says where it is wrong, until one succeeds', async () => {
    file = base.replace('pool: heavy', 'pool: huge');
    expect(await reload()).toMatchObject({
      result: 'refused',
      message: expect.stringMatching(/replicas.yaml:\d+:\d+: /),
    });
    expect(told).toEqual(['begin', 'refused', 'end']);
    expect(reloader.last()).toMatchObject({ result: 'refused', at: NOW });
    file = base;
    await reload();
    expect(reloader.last()).toEqual({ result: 'success', at: NOW });
  });

  test('that only a restart can take is refused as a whole', async () => {
    file = changed.replace('8000', '8001');
    expect(await reload()).toEqual({ result: 'refused', message: 'needs a restart of the service: gateway.port' });
    expect(told).toEqual(['begin', 'refused', 'end']);
  });

  test('that does not fit on a card is refused; what did not fit before is no reason', async () => {
    file = changed;
    problems = { c: ['light-0 on card 0: too large'] };
    expect(await reload()).toEqual({ result: 'refused', message: 'light-0 on card 0: too large' });
    expect(told).toEqual(['begin', 'refused', 'end']);
    problems = { b: ['light-0 on card 0: too large'], c: ['light-0 on card 0: too large'] };
    expect(await reload()).toEqual({ result: 'success' });
  });

  test('that was rolled back leaves the old config in all its parts, and the cause', async () => {
    file = `${changed}tenants: [{ name: npc }]\n`;
    endings = [{ ...ROLLED_BACK, revertFailed: ['light-1'] }];
    const message = 'light-0 did not start; light-1 did not come back and is left to its restart policy';
    expect(await reload()).toEqual({ result: 'rolled_back', message });
    expect(told.slice(5)).toEqual([
      'recorded',
      `taken back by reload: ${message}`,
      'in place b',
      'old names',
      'rolled_back',
      'end',
    ]);
    expect(lightModel()).toBe('b');
    told.length = 0;
    expect(await reload()).toEqual({ result: 'success' }); // it was asked for again
    expect(lightModel()).toBe('c');
  });

  test('bug: while it goes back, requests for the model that was to come wait for it no longer', async () => {
    file = changed;
    endings = [{ ...ROLLED_BACK, revertFailed: [] }];
    statuses = ['running', 'rolling_back', 'rolling_back', 'rolled_back'];
    await reload();
    const names = told.filter((it) => it.includes('names'));
    expect(names).toEqual(['both names, to c', 'both names, to b', 'old names']);
  });

  test('of which a part cannot be taken in place leaves what there was', async () => {
    file = `${base}tenants: [{ name: broken }]\n`;
    expect(await reload()).toEqual({ result: 'failed', message: 'Error: the gateway does not take it' });
    expect(told).toEqual(['begin', 'in place b', 'failed', 'end']);
    expect(reloader.running().layered.config.tenants).toEqual([]);
  });

  test('that the supervisor refuses is no fault of the file', async () => {
    file = changed;
    endings = [{ result: 'refused', cause: 'another rollout is running', revertFailed: [] }];
    expect(await reload()).toEqual({ result: 'refused', message: 'another rollout is running' });
    expect(told).toContain('overtaken');
    expect(lightModel()).toBe('b');
  });

  test('that the end of the node interrupts is left to its next life', async () => {
    file = changed;
    endings = [{ result: 'interrupted', cause: 'this node is stopping', revertFailed: [] }];
    expect(await reload()).toMatchObject({ result: 'failed' });
    expect(told.slice(-3)).toEqual(['recorded', 'failed', 'end']);
  });

  test('waits for the one before, and is planned against what that left', async () => {
    file = changed;
    await Promise.all([reload(), reload()]);
    expect(told.filter((it) => it.startsWith('roll'))).toEqual(['roll light-0 c,light-1 c']);
    expect(told.filter((it) => it === 'begin' || it === 'end')).toEqual(['begin', 'end', 'begin', 'end']);
  });

  test('does not begin before the engines are on their way', async () => {
    const started = Promise.withResolvers<void>();
    reloader = reloaderOn(base, started.promise);
    const asked = reload();
    await Promise.resolve();
    expect(told).toEqual([]);
    started.resolve();
    expect(await asked).toEqual({ result: 'success' });
  });
});

describe('a swap', () => {
  test('moves one pool on top of what runs, whatever the file says by now', async () => {
    file = base.replace('model: a', 'model: z');
    expect(await swap('c')).toEqual({ result: 'success' });
    expect(told).toContain('began id1 by swap');
    expect(told).toContain('roll light-0 c,light-1 c');
    expect(reloader.running().layered.overlay).toMatchObject({ light: { model: 'c', at: NOW } });
  });

  test('holds over a reload of the file, and is over once that says something new', async () => {
    await swap('c');
    await reload();
    expect(lightModel()).toBe('c');
    file = base.replace('model: b', 'model: d');
    await reload();
    expect(lightModel()).toBe('d');
    expect(reloader.running().layered.overlay).toEqual({});
  });

  test('of a pool whose model was edited and not tried is refused; where that was taken back it is the way out', async () => {
    file = changed;
    expect(await swap('d')).toMatchObject({ result: 'refused', message: expect.stringContaining('reload it') });
    rejected = layeredOf(changed).textFingerprint;
    expect(await swap('d')).toEqual({ result: 'success' });
    expect(lightModel()).toBe('d');
  });

  test('that was rolled back is gone', async () => {
    endings = [ROLLED_BACK];
    expect(await swap('c')).toMatchObject({ result: 'rolled_back' });
    expect(reloader.running().layered.overlay).toEqual({});
  });

  test('of a pool that is not there, or to a name that is taken, is refused', async () => {
    expect(await reloader.swap({ pool: 'huge', model: 'c', revision: undefined }, silent)).toEqual({
      result: 'refused',
      message: 'no pool "huge"; pools are: heavy, light',
    });
    expect(await swap('a')).toMatchObject({ result: 'refused' });
  });
});

describe('what an earlier life began', () => {
  const from = layeredOf(base);
  const to = layeredOf(base, swapTo('c', 'a'));
  const record = { id: 'r', status: 'paused', isAborted: false, cause: undefined, moves: [] } as const;
  const kept = (its: KeptRollout['record']): KeptRollout => ({
    id: 'r',
    at: NOW,
    wish: 'swap',
    from: keepConfig(from),
    to: keepConfig(to),
    lives: 1,
    record: its,
  });

  test('goes on with its record, and the next reload is planned against its end', async () => {
    expect(await reloader.resume({ kept: kept(record), from, to }, silent)).toEqual({ result: 'success' });
    expect(requests[0]).toMatchObject({ id: 'r', resumed: record });
    expect(told).toContain('roll heavy-0 c');
    expect(reloader.running().layered).toEqual(to);
  });

  test('begins anew where none was written yet, and comes back where that fails', async () => {
    endings = [ROLLED_BACK];
    expect(await reloader.resume({ kept: kept(undefined), from, to }, silent)).toMatchObject({ result: 'rolled_back' });
    expect(requests[0]).not.toHaveProperty('resumed');
    expect(reloader.running().layered).toEqual(from);
  });
});
