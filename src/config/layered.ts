import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { parseConfigDocument } from './document.ts';
import { readConfigText, validate, type LoadContext } from './load.ts';
import { applyOverlay, modelWords, NO_OVERLAY, settleOverlay, type ModelSwap, type Overlay } from './overlay.ts';
import type { Problem } from './problem.ts';
import { checkPromptSet } from './prompt-set/check-named.ts';

/** A config with all that it was made from, so that it can be kept and made again. */
export interface Layered {
  readonly config: Config;
  /** The file's text. */
  readonly text: string;
  /** What holds on top of it. */
  readonly overlay: Overlay;
  /** The same for the same file, text and overlay. */
  readonly fingerprint: string;
  /** The same for the same file and text, whatever is on top. */
  readonly textFingerprint: string;
}

export type LayeredResult =
  | { readonly ok: true; readonly layered: Layered }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly fingerprint: string };

/** Reads a file and puts the swaps on top that still hold. */
export async function readLayered(file: string, overlay: Overlay, context: LoadContext): Promise<LayeredResult> {
  const read = await readConfigText(file);
  if (!read.ok) return { ...read, fingerprint: fingerprintOf(file, '', NO_OVERLAY) };
  const result = layer(file, read.text, overlay, context);
  if (!result.ok) return result;
  const checked = await checkPromptSet({ ok: true, config: result.layered.config });
  return checked.ok ? result : { ...checked, fingerprint: result.layered.fingerprint };
}

/** Puts the swaps on top of a file's text. Pure. */
export function layer(file: string, text: string, overlay: Overlay, context: LoadContext): LayeredResult {
  const parsed = parseConfigDocument(file, text);
  if (!parsed.ok) return { ...parsed, fingerprint: fingerprintOf(file, text, NO_OVERLAY) };
  const settled = settleOverlay(parsed.document.value, overlay);
  const fingerprint = fingerprintOf(file, text, settled);
  const result = validate(file, parsed.document, applyOverlay(parsed.document.value, settled), context);
  if (!result.ok) return { ...result, fingerprint };
  const textFingerprint = fingerprintOf(file, text, NO_OVERLAY);
  return { ok: true, layered: { config: result.config, text, overlay: settled, fingerprint, textFingerprint } };
}

/** Whether two texts of a file say something else of a pool's model, whatever is on top of them. */
export function sayOtherwise(one: Layered, other: Layered, pool: string): boolean {
  const wordsIn = ({ config, text }: Layered) => {
    const parsed = parseConfigDocument(config.source, text);
    return parsed.ok ? modelWords(parsed.document.value, pool) : undefined;
  };
  return !Bun.deepEquals(wordsIn(one), wordsIn(other));
}

/** What would be on top of a config with another model in a pool; `undefined` where it has no such pool. */
export function swapModel(
  { config, text, overlay }: Layered,
  pool: string,
  { model, revision, at }: Pick<ModelSwap, 'model' | 'revision' | 'at'>,
): Overlay | undefined {
  const parsed = parseConfigDocument(config.source, text);
  const over = parsed.ok ? modelWords(parsed.document.value, pool) : undefined;
  return over === undefined ? undefined : { ...overlay, [pool]: { model, revision, over, at } };
}

function fingerprintOf(file: string, text: string, overlay: Overlay): string {
  const swaps = Object.entries(overlay)
    .map(([pool, { model, revision }]) => [pool, model, revision ?? null] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Bun.CryptoHasher('sha256').update(JSON.stringify([resolve(file), text, swaps])).digest('hex');
}
