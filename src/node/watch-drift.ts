import { stat } from 'node:fs/promises';
import type { LayeredResult } from '../config/index.ts';
import type { Drift } from './kept/choose-start.ts';
import type { ConfigStore } from './kept/config-store.ts';
import { findDrift } from './reload/drift.ts';
import type { Reloader } from './reload/reloader.ts';

interface DriftParts {
  readonly file: string;
  readonly load: () => Promise<LayeredResult>;
  readonly reloader: Reloader;
  readonly store: Pick<ConfigStore, 'rejected'>;
}

/** Looks how the file differs from what runs, or from what a change on its way leads to. */
export function createDriftWatch({ file, load, reloader, store }: DriftParts): () => Promise<Drift | undefined> {
  return async () => {
    return findDrift({
      file: await load(),
      running: reloader.ahead(),
      rejected: store.rejected(),
      fileTime: (await modifiedAt(file)).toISOString(),
    });
  };
}

/** Of a file that is gone: now. */
async function modifiedAt(file: string): Promise<Date> {
  return stat(file).then(
    (it) => it.mtime,
    () => new Date(),
  );
}
