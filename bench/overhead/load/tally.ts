import type { Measurement } from './job.ts';
import { createSamples } from './samples.ts';

/** Faults told in words; all are counted. */
const FAULTS_TOLD_MAX = 5;

/** Counts what happens within the window, and every fault. */
export interface Tally {
  readonly errors: number;
  answered(): void;
  took(ms: number): void;
  fault(what: string): void;
  open(): void;
  close(): void;
  /** Throws when nothing was timed. */
  counts(): Pick<Measurement, 'answers' | 'samples' | 'timeMs' | 'errors' | 'faults'>;
}

export function createTally(): Tally {
  const samples = createSamples();
  const faults: string[] = [];
  let [isOpen, answers, errors] = [false, 0, 0];
  return {
    get errors() {
      return errors;
    },
    answered() {
      if (isOpen) answers += 1;
    },
    took(ms) {
      if (isOpen) samples.add(ms);
    },
    fault(what) {
      errors += 1;
      if (faults.length < FAULTS_TOLD_MAX) faults.push(what);
    },
    open() {
      isOpen = true;
    },
    close() {
      isOpen = false;
    },
    counts() {
      if (samples.count === 0) throw new Error(`nothing was measured; faults: ${faults.join('; ') || 'none'}`);
      return { answers, samples: samples.count, timeMs: samples.percentiles(), errors, faults };
    },
  };
}
