import { mkdirSync } from 'node:fs';
import type { Paths } from '../config/index.ts';

/** Makes the directories that are missing, closed to other users. Throws where it may not. */
export function prepareDirectories(paths: Paths): void {
  for (const directory of [paths.state, paths.runtime, paths.cache]) {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o750 });
    } catch (cause) {
      throw new Error(`cannot make ${directory}; set paths in the config or run as a user who may`, { cause });
    }
  }
}
