import type { ReplicaPlan } from '../../../src/engine/index.ts';
import type { RolloutEffects, RolloutVerdict } from '../../../src/supervisor/index.ts';
import type { Books } from './books.ts';
import { chance, type Scene } from './scene.ts';

const GATE_MS_MAX = 15_000;
const RECORD_MS_MAX = 2_000;
/** Of records that cannot be kept: the disk is full. */
const UNKEPT = 0.02;

/** What one life of a node hands to a rollout. Nothing of it happens once that life is over. */
export function createChecks(scene: Scene, books: Books, isAlive: () => boolean): RolloutEffects {
  const { agenda, random, change, trace } = scene;

  function answer(afterMs: number, verdict: RolloutVerdict, note: () => void): Promise<RolloutVerdict> {
    return new Promise((resolve) => {
      agenda.after(afterMs, () => {
        if (verdict.ok) note();
        resolve(verdict);
      });
    });
  }

  function never(signal: AbortSignal): Promise<RolloutVerdict> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('given up')));
    });
  }

  const fateOf = (plan: ReplicaPlan) => change.fates.get(plan) ?? 'well';

  return {
    evaluate(plan, signal) {
      const { name } = plan.replica;
      if (fateOf(plan) === 'mute') return never(signal);
      const verdict: RolloutVerdict = fateOf(plan) === 'rubbish' ? { ok: false, cause: 'rubbish' } : { ok: true };
      return answer(random.next() * GATE_MS_MAX, verdict, () => books.passed(name, 'gate'));
    },
    judge(plan, signal) {
      const { name } = plan.replica;
      if (fateOf(plan) === 'unjudged') return never(signal);
      const verdict: RolloutVerdict =
        fateOf(plan) === 'slow' ? { ok: false, cause: 'slow' } : { ok: true, note: 'fine' };
      return answer(random.next() * 30_000, verdict, () => books.passed(name, 'judgement'));
    },
    record(record) {
      if (isAlive()) books.recorded(record);
      const isKept = !chance(scene, UNKEPT);
      return new Promise((resolve, reject) => {
        agenda.after(random.next() * RECORD_MS_MAX, () => {
          if (!isAlive()) return;
          if (!isKept) return reject(new Error('no space left on device'));
          scene.disk = structuredClone(record);
          resolve();
        });
      });
    },
    progress(line) {
      books.told(line);
      trace.note(`  ${line}`);
    },
  };
}
