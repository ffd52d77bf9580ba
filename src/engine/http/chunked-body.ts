import type { BodyReader } from './body-reader.ts';
import { createChunkSize } from './chunk-size.ts';
import { readFields } from './fields.ts';
import { TRAILER_BYTES_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Where in a chunked body the next byte is (RFC 9112 §7.1). */
type Place = 'size' | 'data' | 'data_cr' | 'data_lf' | 'trailer' | 'over';

const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads a chunked body. What one call takes is returned in one piece: of several chunks the later ones are moved up
 * to the first, within the bytes that were handed in.
 */
export function createChunkedBody(): BodyReader {
  const sizes = createChunkSize();
  let place: Place = 'size';
  let leftBytes = 0;
  let trailer = '';
  let surplus = false;

  function takeSize(byte: number): void {
    const size = sizes.take(byte);
    if (size === undefined) return;
    leftBytes = size;
    place = size === 0 ? 'trailer' : 'data';
  }
  function takeTrailer(byte: number): void {
    trailer += String.fromCharCode(byte);
    if (trailer.length > TRAILER_BYTES_MAX) throw new ProtocolError('a trailer without end');
    if (byte !== LF || (trailer !== '\r\n' && !trailer.endsWith('\r\n\r\n'))) return;
    readFields(trailer.split('\r\n').slice(0, -2));
    place = 'over';
  }
  /** Any byte that is not of a chunk's data. */
  function takeFrame(byte: number): void {
    if (place === 'size') takeSize(byte);
    else if (place === 'trailer') takeTrailer(byte);
    else if (byte !== (place === 'data_cr' ? CR : LF)) throw new ProtocolError('a chunk longer than its size');
    else place = place === 'data_cr' ? 'data_lf' : 'size';
  }

  return {
    read(bytes) {
      let start = 0;
      let end = 0;
      let at = 0;
      while (at < bytes.length && place !== 'over') {
        if (place === 'data') {
          const next = Math.min(at + leftBytes, bytes.length);
          if (end === 0) start = end = at;
          else if (end !== at) bytes.copyWithin(end, at, next);
          end += next - at;
          leftBytes -= next - at;
          if (leftBytes === 0) place = 'data_cr';
          at = next;
        } else takeFrame(bytes[at++] ?? 0);
      }
      surplus ||= at < bytes.length;
      return bytes.subarray(start, end);
    },
    state() {
      if (place !== 'over') return 'open';
      return surplus ? 'surplus' : 'whole';
    },
  };
}
