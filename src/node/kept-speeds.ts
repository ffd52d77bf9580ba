import { createBaseline, readBaseline, writeBaseline, type Baseline } from '../supervisor/index.ts';
import type { Clock, Log } from '../telemetry/index.ts';
import type { StateFiles } from './kept/state-files.ts';

export interface KeptSpeedsEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Pick<StateFiles, 'read' | 'write'>;
}

interface KeptSpeeds {
  readonly baseline: Baseline;
  /** It was added to. */
  changed(): void;
  /** Saves it a last time. */
  close(): void;
}

/** In the state directory. */
const FILE = 'baseline.json';
export const SAVE_EVERY_MS = 300_000;

/** The baseline as the last life of this node left it, saved now and then. */
export function keepSpeeds({ clock, files, log }: KeptSpeedsEffects): KeptSpeeds {
  const baseline = load();
  let isChanged = false;
  let stop = clock.after(SAVE_EVERY_MS, saveOften);

  function load() {
    try {
      const text = files.read(FILE);
      const kept = text === undefined ? undefined : readBaseline(text);
      if (text !== undefined && kept === undefined)
        log.warn({ file: FILE }, 'the record of speeds cannot be read; it begins anew');
      return kept ?? createBaseline();
    } catch (cause) {
      log.warn({ err: cause, file: FILE }, 'the record of speeds cannot be read; it begins anew');
      return createBaseline();
    }
  }
  function save(): void {
    if (!isChanged) return;
    isChanged = false;
    try {
      files.write(FILE, writeBaseline(baseline));
    } catch (cause) {
      log.warn({ err: cause, file: FILE }, 'the record of speeds cannot be kept');
    }
  }
  function saveOften(): void {
    save();
    stop = clock.after(SAVE_EVERY_MS, saveOften);
  }
  return {
    baseline,
    changed: () => void (isChanged = true),
    close() {
      stop();
      save();
    },
  };
}
