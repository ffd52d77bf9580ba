import { lengthOf } from './length.ts';

/** Longest stretch that is looked for again right after itself, and how much of an answer is looked at, in UTF-16 units. */
const STRETCH_MAX = 64;
const LOOKED_AT_MAX = 16_384;

/**
 * How often the most repeated stretch of a text stands in a row: 6 of `!!!!!!`, 3 of `ha ha ha `; 0 of the empty text.
 * A broken quantisation, overflowing weights or a wrong kernel say one token over and over (vllm#14126, vllm#15194,
 * vllm#24025). Blanks count like anything else.
 */
export function repeatsIn(text: string): number {
  const looked = text.slice(0, LOOKED_AT_MAX);
  let most = looked.length === 0 ? 0 : 1;
  for (let stretch = 1; stretch <= Math.min(STRETCH_MAX, looked.length / 2); stretch += 1) {
    let same = 0;
    for (let at = stretch; at < looked.length; at += 1) {
      same = looked.charCodeAt(at) === looked.charCodeAt(at - stretch) ? same + 1 : 0;
      const repeats = Math.floor(same / stretch) + 1;
      if (repeats > most) most = repeats;
    }
  }
  return most;
}

/** What nobody can read: control characters but for the usual blanks, unassigned ones, and what stands for broken UTF-8. */
const UNREADABLE = /(?![\t\n\r])[\p{Cc}\p{Cn}\p{Co}\p{Cs}\uFFFD]/gu;

/** Share of the characters of a text that a person can read, 0..1; 1 of the empty text. */
export function printableRatio(text: string): number {
  const looked = text.slice(0, LOOKED_AT_MAX);
  const characters = lengthOf(looked);
  return characters === 0 ? 1 : 1 - (looked.match(UNREADABLE)?.length ?? 0) / characters;
}
