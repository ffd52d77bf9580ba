/** Puts a body's parts together. */
interface Gathering {
  add(part: Uint8Array): void;
  whole(): Buffer;
}

/** A part of no fewer bytes is kept as it is. */
const LARGE_BYTES = 16_384;

const BLOCK_BYTES_MIN = 1024;
const BLOCK_BYTES_MAX = 65_536;

/**
 * Small parts are copied into blocks, since each by itself costs about 100 bytes, and a chunk of HTTP may be as short as
 * one: 30 MB sent so took gigabytes. A block is as long as all that came before it, so this holds at most twice of that.
 */
export function gather(): Gathering {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let block = Buffer.alloc(0);
  let used = 0;

  const closeBlock = () => {
    if (used > 0) parts.push(block.subarray(0, used));
    block = block.subarray(used);
    used = 0;
  };
  const copy = (part: Uint8Array) => {
    if (used + part.byteLength > block.length) {
      closeBlock();
      const wanted = Math.min(Math.max(bytes, BLOCK_BYTES_MIN), BLOCK_BYTES_MAX);
      block = Buffer.allocUnsafeSlow(Math.max(wanted, part.byteLength));
    }
    block.set(part, used);
    used += part.byteLength;
  };

  return {
    add(part) {
      if (part.byteLength < LARGE_BYTES) copy(part);
      else {
        closeBlock();
        parts.push(part);
      }
      bytes += part.byteLength;
    },
    whole() {
      closeBlock();
      return Buffer.concat(parts, bytes);
    },
  };
}
