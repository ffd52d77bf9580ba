import { layer, NO_OVERLAY, type Layered, type Overlay } from '../../config/index.ts';
import type { StateFiles } from './state-files.ts';

const context = { env: {}, uid: 0 };
export const SOURCE = '/etc/ssw-infer/replicas.yaml';
export const NOW = '2026-01-02T00:00:00.000Z';

/** A file whose only pool has this model. */
export const fileWith = (model: string): string =>
  `pools: { heavy: { model: ${model} } }\nreplicas: [{ name: heavy-0, pool: heavy }, { name: heavy-1, pool: heavy }]\n`;

/** What a node makes of a file. Throws where that is a bad one. */
export function layeredOf(text: string, overlay: Overlay = NO_OVERLAY, source = SOURCE): Layered {
  const result = layer(source, text, overlay, context);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.layered;
}

/** A swap of the heavy pool's model, on top of a file that had this one. */
export const swapTo = (model: string, over: string): Overlay => ({
  heavy: {
    model,
    revision: undefined,
    over: { model: over, revision: undefined, servedName: undefined },
    at: NOW,
  },
});

/** The process was killed. */
export class Killed extends Error {}

/** A disk that outlives its process, which is killed before its write number `killedAt`, from 0. */
export function createDisk(): StateFiles & { killAt(write: number): void; readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  let left = Infinity;
  const touch = (act: () => void) => {
    if (left <= 0) throw new Killed();
    left -= 1;
    act();
  };
  return {
    texts,
    killAt: (write) => void (left = write),
    read: (name) => texts.get(name),
    write: (name, text) => touch(() => texts.set(name, text)),
    remove: (name) => touch(() => texts.delete(name)),
  };
}
