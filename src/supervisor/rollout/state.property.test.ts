import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { MOVES_AT_REST, MOVE_STAGES, type MoveKind, type MoveRecord, type RolloutRecord } from './record.ts';
import { isOver, step, underWay } from './state.ts';
import type { Policies, RolloutEffect, RolloutEvent } from './step.ts';
import { AT_ONCE, HELD } from './trial.fixture.ts';

const RUNS = Number(process.env['SSW_PROPERTY_RUNS'] ?? 1_000);
const policies: Policies = { heavy: AT_ONCE, held: HELD };
/** Events of its own after which every rollout is over: eight for each move there and back, and two for the room that is found again. */
const EVENTS_MAX = 120;

const anyMove = fc.record({
  kind: fc.constantFrom<MoveKind>('roll', 'add', 'remove'),
  pool: fc.constantFrom('heavy', 'held'),
});
const commands = ['pause', 'resume', 'abort'] as const;

/** What comes of the deed that is under way, or a word from outside. */
const anyDraw = fc.oneof(
  { weight: 12, arbitrary: fc.constant('ok' as const) },
  { weight: 2, arbitrary: fc.constant('failed' as const) },
  { weight: 1, arbitrary: fc.constant('kept' as const) },
  { weight: 2, arbitrary: fc.constant('elapsed' as const) },
  { weight: 2, arbitrary: fc.constant('stale' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...commands) },
);
type Draw = typeof anyDraw extends fc.Arbitrary<infer T> ? T : never;

/** The one thing that takes time. */
const LONG = new Set(['find_room', 'take_down', 'start_closed', 'start_old', 'evaluate', 'judge']);

interface Story {
  rollout: RolloutRecord;
  /** What is being done, and by when. */
  deed: RolloutEffect | undefined;
  timer: Extract<RolloutEffect, { do: 'wake' }> | undefined;
}

function eventOf(draw: Draw, { rollout, deed, timer }: Story): RolloutEvent | undefined {
  if (draw === 'pause' || draw === 'resume' || draw === 'abort') return { on: draw };
  if (draw === 'stale') return { on: 'ok', at: 0, stage: 'pending' };
  if (draw === 'elapsed') return timer === undefined ? undefined : { on: 'elapsed', at: timer.at, timer: timer.timer };
  const stage = deed === undefined ? undefined : rollout.moves[deed.at]?.stage;
  if (deed === undefined || stage === undefined) return undefined;
  if (draw === 'kept')
    return deed.do === 'take_down' && !deed.regardless ? { on: 'kept', at: deed.at, stage } : undefined;
  return draw === 'ok' ? { on: 'ok', at: deed.at, stage } : { on: 'failed', at: deed.at, stage, cause: 'it broke' };
}

function take(story: Story, event: RolloutEvent): void {
  const before = story.rollout;
  const { rollout, effects } = step(before, event, policies);
  for (const { stage } of rollout.moves) expect(MOVE_STAGES).toContain(stage);
  expect(rollout.moves.filter((it) => !MOVES_AT_REST.has(it.stage)).length).toBeLessThanOrEqual(1);
  expect(effects.filter((it) => LONG.has(it.do)).length).toBeLessThanOrEqual(1);
  keepsItsGate(before, rollout, effects);
  story.rollout = rollout;
  for (const effect of effects) {
    if (LONG.has(effect.do)) story.deed = effect;
    if (effect.do === 'wake') story.timer = effect;
  }
  if (underWay(rollout) === undefined) Object.assign(story, { deed: undefined, timer: undefined });
}

/** Nothing is opened before it passed its gate, nor whole before it was judged. */
function keepsItsGate(before: RolloutRecord, after: RolloutRecord, effects: readonly RolloutEffect[]): void {
  for (const effect of effects) {
    if (effect.do !== 'open') continue;
    const last = before.moves[effect.at]?.stage;
    const isHeld = after.moves[effect.at]?.pool === 'held';
    expect(last).toBe(effect.share === 1 && isHeld ? 'holding' : 'evaluating');
  }
}

/** All is new or all is old, but what could not be had back. */
function isWhole({ status, moves }: RolloutRecord): boolean {
  if (status === 'done') return moves.every((it) => it.stage === 'done');
  return moves.every((it) => it.stage === 'pending' || it.stage === 'reverted' || it.stage === 'revert_failed');
}

test('whatever happens in whatever order: one move at a time, no gate is passed by, and it ends with all new or all old', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 5 }), fc.array(anyDraw, { maxLength: 60 }), (kinds, draws) => {
      const moves = kinds.map((it, at): MoveRecord => ({
        ...it,
        replica: `r-${at}`,
        stage: 'pending',
        cause: undefined,
      }));
      const rollout: RolloutRecord = { id: 'r1', status: 'running', isAborted: false, cause: undefined, moves };
      const story: Story = { rollout, deed: undefined, timer: undefined };
      take(story, { on: 'begin' });
      for (const draw of draws) {
        const event = eventOf(draw, story);
        if (event !== undefined) take(story, event);
      }
      for (let left = EVENTS_MAX; left > 0 && !isOver(story.rollout); left -= 1) {
        take(story, eventOf('ok', story) ?? { on: 'resume' });
      }
      expect(isOver(story.rollout)).toBe(true);
      expect(isWhole(story.rollout)).toBe(true);
    }),
    { numRuns: RUNS },
  );
});
