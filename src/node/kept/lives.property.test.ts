import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { layer, NO_OVERLAY, sayOtherwise, swapModel, type Layered, type LayeredResult } from '../../config/index.ts';
import type { RolloutRecord } from '../../supervisor/index.ts';
import { propertyRuns } from '../../queue/fixtures/property-runs.ts';
import { silentLog } from '../../telemetry/index.ts';
import { chooseStart, type Start } from './choose-start.ts';
import { createConfigStore, type Wish } from './config-store.ts';
import { createJournal, type Change, type Journal } from './journal.ts';
import { createDisk, fileWith, NOW, SOURCE } from './kept.fixture.ts';
import { noteStart } from './note-start.ts';
import { findStart } from './start-sources.ts';

const context = { env: {}, uid: 0 };
const BROKEN = 'pools: 7';

/** How a change ends, and after how many writes from its begin the process is killed, if it is. */
interface Fate {
  readonly ends: 'done' | 'rolled_back';
  readonly killedAt: number | undefined;
}
type Action =
  | { readonly act: 'edit'; readonly text: string }
  | { readonly act: 'reload'; readonly fate: Fate }
  | { readonly act: 'swap'; readonly model: string; readonly fate: Fate }
  | { readonly act: 'restart'; readonly fate: Fate };

const model = fc.constantFrom('a', 'b', 'c');
const fate: fc.Arbitrary<Fate> = fc.record({
  ends: fc.constantFrom('done', 'rolled_back'),
  killedAt: fc.option(fc.nat(9), { nil: undefined, freq: 2 }),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ act: fc.constant('edit' as const), text: fc.oneof(model.map(fileWith), fc.constant(BROKEN)) }),
  fc.record({ act: fc.constant('reload' as const), fate }),
  fc.record({ act: fc.constant('swap' as const), model, fate }),
  fc.record({ act: fc.constant('restart' as const), fate }),
);

/** Lives of a node, one after another, on one disk and one file; and what its operator was told. */
function createStory() {
  const disk = createDisk();
  const store = createConfigStore(disk);
  /** Texts that were reported to be taken back, and did not run since. */
  const takenBack = new Set<string>();
  let text = fileWith('a');
  let journal = newLife();
  let running: Layered | undefined;
  let changes = 0;
  /** What was reported to run, while nothing else has been tried or edited since. */
  let reported: Layered | undefined;

  function newLife(): Journal {
    disk.killAt(Infinity);
    return createJournal({ store, now: () => NOW, complain: () => undefined });
  }

  function start(): Start {
    const file = layer(SOURCE, text, store.overlay(), context);
    const chosen = chooseStart(findStart(store, file, SOURCE, context, NOW));
    if (!chosen.ok) throw new Error('it does not start although something is known that ran');
    return chosen.start;
  }

  /** Takes a change to its end, or to that of the process; says which. */
  function perform(change: Change, { ends, killedAt }: Fate, begins: () => void): boolean {
    reported = undefined;
    disk.killAt(killedAt ?? Infinity);
    const tell = (status: RolloutRecord['status']) =>
      journal.recorded({ id: change.id, status, isAborted: false, cause: 'bad', moves: [] });
    begins();
    tell('running');
    if (ends === 'done') {
      tell('done');
      journal.succeeded(change.to, []);
    } else {
      tell('rolling_back');
      tell('rolled_back');
      journal.takenBack(change, 'bad');
    }
    if (killedAt !== undefined) {
      takenBack.delete(change.to.textFingerprint); // it was asked for again, and may have come to its end
      return false;
    }
    running = reported = ends === 'done' ? change.to : change.from;
    if (ends === 'done') takenBack.delete(change.to.textFingerprint);
    else if (change.wish === 'reload') takenBack.add(change.to.textFingerprint);
    return true;
  }

  function move(wish: Wish, loaded: LayeredResult, its: Fate): void {
    if (running === undefined || !loaded.ok || loaded.layered.fingerprint === running.fingerprint) return;
    changes += 1;
    const change = { id: `r${changes}`, wish, from: running, to: loaded.layered };
    if (!perform(change, its, () => journal.began(change))) restart({ ends: 'done', killedAt: undefined });
  }

  function restart(its: Fate): void {
    journal = newLife();
    const chosen = start();
    expect(start()).toEqual(chosen); // looking changes nothing
    check(chosen);
    running = chosen.run;
    noteStart(chosen, journal, silentLog);
    if (chosen.leftover?.is !== 'resumed') {
      journal.provenWhole(chosen.run);
      if (chosen.drift === undefined) reported = chosen.run;
      return;
    }
    const { kept, from, to } = chosen.leftover.rollout;
    const change = { id: kept.id, wish: kept.wish, from, to };
    if (!perform(change, its, () => undefined)) restart({ ends: its.ends, killedAt: undefined });
  }

  function check({ run, drift, leftover }: Start): void {
    const file = layer(SOURCE, text, NO_OVERLAY, context);
    if (reported !== undefined) expect(run.fingerprint).toBe(reported.fingerprint);
    if (leftover?.is === 'resumed' || leftover?.is === 'done')
      takenBack.delete(run.textFingerprint); // it was asked for again
    else if (takenBack.has(run.textFingerprint)) throw new Error('it starts what was taken back');
    else if (!file.ok) expect(drift?.cause).toContain('pools');
    else if (takenBack.has(file.layered.textFingerprint)) expect(drift?.cause).toBe('bad');
  }

  function swap(to: string, its: Fate): void {
    if (running === undefined) return;
    const file = layer(SOURCE, text, NO_OVERLAY, context);
    const isUntried = file.ok && file.layered.textFingerprint !== store.rejected()?.textFingerprint;
    if (isUntried && sayOtherwise(file.layered, running, 'heavy')) return; // it is refused
    const overlay = swapModel(running, 'heavy', { model: to, revision: undefined, at: NOW });
    if (overlay !== undefined) move('swap', layer(SOURCE, running.text, overlay, context), its);
  }

  function take(it: Action): void {
    switch (it.act) {
      case 'edit':
        if (it.text !== text) reported = undefined;
        text = it.text;
        break;
      case 'reload':
        return move('reload', layer(SOURCE, text, running?.overlay ?? NO_OVERLAY, context), it.fate);
      case 'swap':
        return swap(it.model, it.fate);
      case 'restart':
        return restart(it.fate);
    }
  }
  return { take, restart };
}

test('whatever is edited, reloaded and swapped, and whenever the process is killed, a start finds what ran or was asked for last', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
      const story = createStory();
      story.restart({ ends: 'done', killedAt: undefined });
      for (const it of actions) story.take(it);
      story.restart({ ends: 'done', killedAt: undefined });
    }),
    { numRuns: propertyRuns(100) },
  );
}, 60_000);
