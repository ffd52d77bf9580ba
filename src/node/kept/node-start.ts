import { join, resolve } from 'node:path';
import { locatePaths, readLayered, type LoadContext, type Paths, type Problem } from '../../config/index.ts';
import { chooseStart, type Start } from './choose-start.ts';
import { createConfigStore, type ConfigStore } from './config-store.ts';
import { findStart } from './start-sources.ts';
import { stateFilesIn } from './state-files.ts';

/** What a node starts with, or why it cannot. */
export type NodeStart =
  { readonly ok: true; readonly start: Start } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where a node keeps its configs. */
export const configStoreIn = ({ state }: Paths): ConfigStore => createConfigStore(stateFilesIn(join(state, 'config')));

/** Chooses what a node starts with, from the file and from what earlier lives kept. Writes nothing. */
export async function chooseNodeStart(file: string, context: LoadContext): Promise<NodeStart> {
  const source = resolve(file);
  const store = configStoreIn(await locatePaths(source, context));
  const layered = await readLayered(source, store.overlay(), context);
  return chooseStart(findStart(store, layered, source, context, new Date().toISOString()));
}
