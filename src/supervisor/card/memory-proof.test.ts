import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { judge, NO_LOOK_YET, SETTLED_MIB, type CardWant, type Judgement } from './memory-proof.ts';
import type { CardReading } from './reading.ts';

const TOTAL_MIB = 46_000;
const want: CardWant = { gpu: 0, replica: 'light-0', fraction: 0.5, formerPids: [10, 11] };

function look(freeMiB: number, ...pids: readonly number[]): CardReading {
  return {
    is: 'read',
    totalMiB: TOTAL_MIB,
    freeMiB,
    processes: pids.map((pid) => ({ pid, name: 'vllm', usedMiB: 1 })),
  };
}

const mute: CardReading = { is: 'unreadable', because: 'no answer within 5 s' };
const lost: CardReading = { is: 'lost', because: 'GPU is lost' };

/** What each look in turn makes of it, up to the one that decides: then how it decides, else when it looks again. */
function verdicts(...readings: readonly CardReading[]): readonly string[] {
  let proof = NO_LOOK_YET;
  const told: string[] = [];
  for (const reading of readings) {
    const judgement: Judgement = judge(proof, reading, want);
    if (judgement.is !== 'unproven') return [...told, judgement.is];
    proof = judgement.proof;
    told.push(judgement.nextLook);
  }
  return told;
}

describe('a card', () => {
  test('with enough free memory is free at the first look', () => {
    expect(verdicts(look(TOTAL_MIB / 2))).toEqual(['free']);
  });

  test('is not while it has a MiB less than vLLM demands', () => {
    expect(verdicts(look(TOTAL_MIB / 2 - 1), look(TOTAL_MIB / 2 - 1))).toEqual(['soon', 'soon']);
  });

  test('may have neighbours', () => {
    expect(verdicts(look(30_000, 77))).toEqual(['free']);
  });

  test('is not free while an earlier process of the replica is listed, however much memory is', () => {
    expect(verdicts(look(45_000, 11), look(45_000, 11), look(45_000))).toEqual(['soon', 'soon', 'free']);
  });

  test('that was seen giving memory back is free once it no longer does, and that is looked at without a pause', () => {
    expect(verdicts(look(10_000), look(30_000), look(40_000), look(40_000))).toEqual([
      'soon',
      'at_once',
      'at_once',
      'free',
    ]);
  });

  test('settles within a tolerance: drivers keep books of their own', () => {
    expect(verdicts(look(10_000), look(30_000), look(30_000 + SETTLED_MIB))).toEqual(['soon', 'at_once', 'free']);
  });

  test('that a neighbour fills meanwhile is wanting again', () => {
    expect(verdicts(look(10_000), look(30_000), look(12_000), look(12_000))).toEqual([
      'soon',
      'at_once',
      'soon',
      'soon',
    ]);
  });

  test('that cannot be read twice in a row stays unread; once may happen', () => {
    expect(verdicts(mute, look(30_000))).toEqual(['soon', 'free']);
    expect(verdicts(mute, mute)).toEqual(['soon', 'unreadable']);
    expect(verdicts(look(10_000), mute, look(10_000), mute, mute)).toEqual([
      'soon',
      'soon',
      'soon',
      'soon',
      'unreadable',
    ]);
  });

  test('that is lost at two looks is lost', () => {
    expect(verdicts(lost, lost)).toEqual(['soon', 'lost']);
  });

  test('bug: of which no share is configured must have free what vLLM demands by itself: 0.92', () => {
    const byDefault = { ...want, fraction: undefined };
    expect(judge(NO_LOOK_YET, look(TOTAL_MIB * 0.92), byDefault)).toEqual({ is: 'free' });
    expect(judge(NO_LOOK_YET, look(TOTAL_MIB * 0.92 - 1), byDefault)).toMatchObject({ is: 'unproven' });
  });

  test('is never called free while short of memory, held by an earlier process, or gaining between the last two looks', () => {
    const anyLook = fc.tuple(fc.integer({ min: 0, max: TOTAL_MIB }), fc.subarray([10, 11, 77]));
    fc.assert(
      fc.property(fc.array(anyLook, { minLength: 1, maxLength: 12 }), (looks) => {
        const told = verdicts(...looks.map(([freeMiB, pids]) => look(freeMiB, ...pids)));
        if (told.at(-1) !== 'free') return;
        const [freeMiB, pids] = looks[told.length - 1] ?? [0, [10]];
        const [beforeMiB] = looks[told.length - 2] ?? [freeMiB];
        expect(freeMiB).toBeGreaterThanOrEqual(TOTAL_MIB / 2);
        expect(pids.filter((pid) => pid !== 77)).toEqual([]);
        expect(freeMiB - beforeMiB).toBeLessThanOrEqual(SETTLED_MIB);
      }),
    );
  });
});
