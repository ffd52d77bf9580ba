/** What simulated prose is made of. */
const WORDS = (
  'a batch block cache card chunk client decode draft engine first flow frame graph grant group head idle kernel ' +
  'late layer lease length line load memory metric model more next node one open order page pool prefill prompt ' +
  'queue read replica request room route run sample seat sequence server shard slot step stream tensor tenant the ' +
  'then ticket time token turn wait warm weight window'
).split(' ');

/** A 32-bit number that depends on all of `text` and on `seed`. */
export const hashText = (text: string, seed: number): number => Bun.hash.xxHash32(text, seed >>> 0);

/** The `index`th number of the stream that `seed` starts: the finalizer of MurmurHash3. */
export function hashIndex(seed: number, index: number): number {
  let mixed = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The `index`th word of the prose that `seed` starts, with the space before it. */
export const wordAt = (seed: number, index: number): string =>
  ` ${WORDS[hashIndex(seed, index) % WORDS.length] ?? 'token'}`;
