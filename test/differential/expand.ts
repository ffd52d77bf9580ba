/** Writes the list of requests out in full: `bun run test/differential/expand.ts`. */
import { join } from 'node:path';
import { LISTS } from './lists/index.ts';

export const FILE = join(import.meta.dir, 'requests.json');

/** The file's text; one request a line, so that a change of the list reads well. */
export const expanded = (): string => `[\n${LISTS.map((it) => JSON.stringify(it)).join(',\n')}\n]\n`;

if (import.meta.main) await Bun.write(FILE, expanded());
