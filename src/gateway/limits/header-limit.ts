/** What Bun takes where nobody says otherwise. */
const BUN_DEFAULT_BYTES = 16_384;

let limitBytes = BUN_DEFAULT_BYTES;

/**
 * Limits the head of every request, its line included: longer ones are answered 431, without a body, by Bun itself. It
 * is a setting of the process that `Bun.serve` reads at each request (tested with 1.4.5), in a module that costs 8 MB to load; so that is
 * left where nothing changes.
 */
export function limitHeaderBytes(bytes: number): void {
  if (bytes === limitBytes) return;
  Object.assign(process.getBuiltinModule('node:http'), { maxHeaderSize: bytes });
  limitBytes = bytes;
}
