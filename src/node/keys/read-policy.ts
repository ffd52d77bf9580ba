import type { KeyPolicy } from '../../gateway/index.ts';
import type { KeyFiles } from './key-files.ts';
import type { KeySource } from './key-sources.ts';
import { parseKeys, toApiKey, type StoredKey } from './keys-document.ts';

/** Whom the files let in now, or why that cannot be told. */
type PolicyRead =
  | { readonly ok: true; readonly policy: KeyPolicy; readonly files: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads all sources, or none: a part of the keys would turn away whoever has one of the others. Where there is no file
 * at all there are no keys. `known` are files that held keys before: that one of them is gone is no reason to let
 * everybody in.
 */
export function readPolicy(
  sources: readonly KeySource[],
  files: Pick<KeyFiles, 'read'>,
  known: ReadonlySet<string>,
): PolicyRead {
  const read: { readonly file: string; readonly keys: readonly StoredKey[] }[] = [];
  for (const { file, isRequired } of sources) {
    const content = files.read(file);
    if (content.is === 'unreadable') return { ok: false, problem: `${file}: ${content.problem}` };
    if (content.is === 'missing') {
      if (isRequired || known.has(file)) return { ok: false, problem: `${file} does not exist` };
      continue;
    }
    const parsed = parseKeys(content.text);
    if (!parsed.ok) return { ok: false, problem: `${file}: ${parsed.problem}` };
    read.push({ file, keys: parsed.keys });
  }
  const stored = read.flatMap((it) => it.keys);
  if (new Set(stored.map((it) => it.id)).size < stored.length)
    return { ok: false, problem: `${read.map((it) => it.file).join(' and ')} have a key of the same id` };
  const policy: KeyPolicy = read.length === 0 ? { is: 'open' } : { is: 'keys', keys: stored.map(toApiKey) };
  return { ok: true, policy, files: read.map((it) => it.file) };
}
