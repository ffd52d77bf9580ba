/** Bytes in parts that begin at these offsets, taken around the end; parts of no bytes are left out. */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const inside = offsets.map((it) => it % (bytes.length + 1)).toSorted((one, other) => one - other);
  const at = [0, ...inside, bytes.length];
  return at
    .slice(1)
    .map((end, index) => bytes.subarray(at[index], end))
    .filter((it) => it.length > 0);
}
