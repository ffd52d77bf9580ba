import { createJsonTextFilter } from '../json-text-filter.ts';
import type { JsonRecord } from '../../body/json.ts';
import type { CompiledRule } from '../rule.ts';
import type { Scan } from '../scan/scanner.ts';
import { createTextFilter } from '../text-filter.ts';
import { visitTexts, type Form } from './request-texts.ts';

/** What rules made of a request; `undefined` where it nests too deep to be looked at. */
type RequestChecked = Checked | undefined;

interface Checked {
  /** The rule that refuses it; what follows its match was not looked at. */
  readonly refusedBy: CompiledRule | undefined;
  /** Its texts in order, as they are to be now. */
  readonly texts: readonly string[];
  /** Whether any of them is another than it was. */
  readonly changed: boolean;
}

/** So many characters are looked at in one go, a few milliseconds' worth: others are served in between. */
const SLICE_CHARACTERS = 65_536;

/** Applies rules to every text of a request, which stays as it is. `pause` lets others go first. */
export async function checkRequest(
  request: JsonRecord,
  scan: Scan,
  pause: () => Promise<void>,
): Promise<RequestChecked> {
  const found: { readonly text: string; readonly form: Form }[] = [];
  const isWhole = visitTexts(request, (text, form) => {
    found.push({ text, form });
    return text;
  });
  if (!isWhole) return undefined;
  if (scan.rules.length === 0) return { refusedBy: undefined, texts: found.map((it) => it.text), changed: false };

  const texts: string[] = [];
  let sinceFirst = 0;
  for (const { text, form } of found) {
    const filter = form === 'json' ? createJsonTextFilter(scan) : createTextFilter(scan);
    let filtered = '';
    for (let at = 0; at < text.length; at += SLICE_CHARACTERS) {
      const slice = text.slice(at, at + SLICE_CHARACTERS);
      sinceFirst += slice.length;
      filtered += filter.push(slice);
      if (sinceFirst < SLICE_CHARACTERS) continue;
      sinceFirst = 0;
      await pause();
    }
    texts.push(filtered + filter.end());
    const refusedBy = filter.refusedBy();
    if (refusedBy !== undefined) return { refusedBy, texts, changed: false };
  }
  return { refusedBy: undefined, texts, changed: texts.some((it, index) => it !== found[index]?.text) };
}
