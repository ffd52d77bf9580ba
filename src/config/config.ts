import type { Paths } from './paths.ts';
import type { FileConfig } from './schema.ts';

/** A whole, valid config: what the file says, with the directories worked out. */
export interface Config extends Omit<FileConfig, 'paths'> {
  /** The file it came from. Absolute. */
  readonly source: string;
  readonly paths: Paths;
}
