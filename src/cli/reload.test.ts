import { describe, expect, test } from 'bun:test';
import type { PlannedMove } from '../control/index.ts';
import { formatPreview } from './reload.ts';

const move: PlannedMove = {
  replica: 'heavy-0',
  pool: 'heavy',
  kind: 'roll',
  from: 'old',
  to: 'new',
  start_s: 170,
  start_known: true,
  drain_s_max: 120,
  ready_meanwhile: 1,
  kv_tokens_meanwhile: 61_440,
};
const shown = (steps: readonly string[], moves: readonly PlannedMove[]) =>
  formatPreview({ ok: true, steps, in_place: [], moves, duration_s: 170 * moves.length }, undefined).split('\n');

describe('a plan as a person reads it', () => {
  test('of nothing says so, and of what is taken in place needs no table', () => {
    expect(shown([], [])).toEqual(['nothing would change']);
    expect(shown(['take routing in place'], [])).toEqual(['take routing in place']);
  });

  test('tells the moves in their order, what serves meanwhile, and how long all may take', () => {
    expect(shown(['restart replica heavy-0 (changed: pool.model)'], [move])).toEqual([
      'restart replica heavy-0 (changed: pool.model)',
      '',
      'REPLICA  MOVE  TO   TAKES  READY MEANWHILE  KV TOKENS MEANWHILE',
      'heavy-0  roll  new  2m50s  1                61,440',
      '',
      'about 2m50s and what runs, up to 120 s a replica',
    ]);
  });

  test('marks what is guessed, and a removal takes no start', () => {
    const lines = shown(
      ['…'],
      [
        { ...move, start_known: false },
        { ...move, replica: 'heavy-1', kind: 'remove', to: null },
      ],
    );
    expect(lines[3]).toContain('~2m50s');
    expect(lines[4]).toMatch(/^heavy-1 +remove +- +- /);
    expect(lines.at(-1)).toEndWith('~ is a guess: no start of that model is on record');
  });
});
