import { describe, expect, test } from 'bun:test';
import { layer, type Layered } from '../../config/index.ts';
import type { RolloutRecord } from '../../supervisor/index.ts';
import { chooseStart } from './choose-start.ts';
import { createConfigStore, type Wish } from './config-store.ts';
import { createJournal, type Change, type Journal } from './journal.ts';
import { createDisk, fileWith, Killed, layeredOf, NOW, SOURCE, swapTo } from './kept.fixture.ts';
import { findStart } from './start-sources.ts';

const context = { env: {}, uid: 0 };
const old = layeredOf(fileWith('old'));
const record = (status: RolloutRecord['status'], cause?: string): RolloutRecord => ({
  id: 'r',
  status,
  isAborted: false,
  cause,
  moves: [{ replica: 'heavy-0', pool: 'heavy', kind: 'roll', stage: 'done', cause: undefined }],
});

/** What the wish makes of a node that runs `old`: the file as it stands while the change goes on, and the change. */
function changeBy(wish: Wish): { readonly text: string; readonly change: Change } {
  const text = wish === 'swap' ? fileWith('old') : fileWith('next');
  const to = wish === 'swap' ? layeredOf(text, swapTo('next', 'old')) : layeredOf(text);
  return { text, change: { id: 'r', wish, from: old, to } };
}

function succeeds(journal: Journal, change: Change): void {
  journal.began(change);
  journal.recorded(record('running'));
  journal.recorded(record('done'));
  journal.succeeded(change.to, [{ pool: 'heavy', name: 'old', untilUnixMs: 1 }]);
}

function fails(journal: Journal, change: Change): void {
  journal.began(change);
  journal.recorded(record('running'));
  journal.recorded(record('rolling_back', 'bad'));
  journal.recorded(record('rolled_back', 'bad'));
  journal.takenBack(change, 'bad');
}

/** Runs `act` on a disk where `old` ran, and kills it before its write number `write`; then chooses what starts. */
function killedAt(write: number, wish: Wish, act: typeof succeeds) {
  const disk = createDisk();
  let isWhole = true;
  const complain = (cause: unknown) => {
    expect(cause).toBeInstanceOf(Killed); // and nothing is written any more
    isWhole = false;
  };
  const journal = createJournal({ store: createConfigStore(disk), now: () => NOW, complain });
  journal.provenWhole(old);
  const { text, change } = changeBy(wish);
  disk.killAt(write);
  act(journal, change);
  disk.killAt(Infinity);
  const store = createConfigStore(disk);
  const chosen = chooseStart(findStart(store, layer(SOURCE, text, store.overlay(), context), SOURCE, context, NOW));
  if (!chosen.ok) throw new Error('it does not start');
  return { isWhole, start: chosen.start, store };
}

const modelOf = ({ config }: Layered) => config.pools['heavy']?.model;
const WRITES_MAX = 20;

describe.each(['reload', 'swap'] as const)('killed between any two writes of a %s', (wish) => {
  test('that succeeds: it goes on, or is over; never is the way back taken', () => {
    const ends = new Set<string>();
    for (let write = 0; write < WRITES_MAX; write += 1) {
      const { isWhole, start } = killedAt(write, wish, succeeds);
      const hasBegun = write > 0;
      const end = start.leftover?.is ?? 'none';
      ends.add(end);
      expect([write, start.drift]).toEqual([write, undefined]);
      // Before the first write nobody knows of a swap; an edited file is simply what it says.
      expect([write, modelOf(start.run)]).toEqual([write, hasBegun || wish === 'reload' ? 'next' : 'old']);
      if (!isWhole) continue;
      expect(end).toBe('none');
      break;
    }
    expect(ends).toEqual(new Set(['none', 'resumed', 'done']));
  });

  test('that is taken back: once it is on its way back the old one starts, and why is on record', () => {
    const ends = new Set<string>();
    for (let write = 0; write < WRITES_MAX; write += 1) {
      const { isWhole, start } = killedAt(write, wish, fails);
      const end = start.leftover?.is ?? 'none';
      ends.add(end);
      if (write < 3) continue; // not on its way back yet: as above
      expect([write, modelOf(start.run)]).toEqual([write, 'old']);
      expect([write, start.drift?.cause]).toEqual([write, wish === 'reload' ? 'bad' : undefined]);
      if (!isWhole) continue;
      expect(end).toBe('none');
      break;
    }
    expect(ends).toEqual(new Set(['none', 'resumed', 'taken_back']));
  });
});

test('noting the end of a leftover again comes to the same', () => {
  for (let write = 0; write < WRITES_MAX; write += 1) {
    const { isWhole, start, store } = killedAt(write, 'reload', fails);
    if (isWhole) break;
    if (start.leftover?.is !== 'taken_back') continue;
    const { rollout, cause } = start.leftover;
    const { id, wish } = rollout.kept;
    createJournal({ store, now: () => NOW, complain: (why) => expect.unreachable(String(why)) }).takenBack(
      { id, wish, from: rollout.from, to: rollout.to },
      cause,
    );
    const file = layer(SOURCE, fileWith('next'), store.overlay(), context);
    const again = chooseStart(findStart(store, file, SOURCE, context, NOW));
    expect(again).toMatchObject({ ok: true, start: { drift: { cause: 'bad' }, leftover: undefined } });
  }
});

test('bug: on a disk that is full nobody was told why the file was taken back', () => {
  const disk = createDisk();
  const store = createConfigStore(disk);
  const { change } = changeBy('reload');
  let complaints = 0;
  const journal = createJournal({ store, now: () => NOW, complain: () => void (complaints += 1) });
  disk.killAt(0);
  fails(journal, change);
  expect(complaints).toBeGreaterThan(0);
  expect(store.rejected()).toMatchObject({ cause: 'bad', textFingerprint: change.to.textFingerprint });
  expect(journal.succeeded(change.to, [])).toBe(false);
});

test('a swap that succeeded is on top of the file, and gone once the file says otherwise', () => {
  const { store, start } = killedAt(Infinity, 'swap', succeeds);
  expect(modelOf(start.run)).toBe('next');
  expect(store.overlay()['heavy']).toMatchObject({ model: 'next', over: { model: 'old' } });
  expect(modelOf(layeredOf(fileWith('newer'), store.overlay()))).toBe('newer');
});
