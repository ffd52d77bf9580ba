import type { BodyReader } from './body-reader.ts';
import { readFields } from './fields.ts';
import { CHUNK_LINE_BYTES_MAX, CHUNK_SIZE_DIGITS_MAX, TRAILER_BYTES_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Where in a chunked body the next byte is (RFC 9112 §7.1). */
type Place = 'size' | 'extension' | 'size_lf' | 'data' | 'data_cr' | 'data_lf' | 'trailer' | 'over';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const EXTENSIONS = new RegExp(`^(?:;${TOKEN}(?:=(?:${TOKEN}|"[\\t\\x20!\\x23-\\x5b\\x5d-\\x7e]*"))?)*$`);

/**
 * Reads a chunked body. What one call takes is returned in one piece: of several chunks the later ones are moved up
 * to the first, within the bytes that were handed in.
 */
export function createChunkedBody(): BodyReader {
  let place: Place = 'size';
  let digits = 0;
  let size = 0;
  let leftBytes = 0;
  let extension = '';
  let trailer = '';
  let surplus = false;

  function sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== undefined) {
      digits += 1;
      size = size * 16 + digit;
      if (digits > CHUNK_SIZE_DIGITS_MAX) throw new ProtocolError('a chunk without measure');
      return;
    }
    if (digits === 0 || (byte !== CR && byte !== SEMICOLON)) throw new ProtocolError('a chunk size that is no number');
    extension = byte === CR ? '' : ';';
    place = byte === CR ? 'size_lf' : 'extension';
  }
  function extensionByte(byte: number): void {
    if (byte === CR) {
      if (!EXTENSIONS.test(extension)) throw new ProtocolError('a chunk extension that is none');
      place = 'size_lf';
      return;
    }
    extension += String.fromCharCode(byte);
    if (digits + extension.length > CHUNK_LINE_BYTES_MAX) throw new ProtocolError('a chunk extension without end');
  }
  function sizeEnd(byte: number): void {
    expect(byte, LF);
    place = size === 0 ? 'trailer' : 'data';
    leftBytes = size;
    size = 0;
    digits = 0;
  }
  function trailerByte(byte: number): void {
    trailer += String.fromCharCode(byte);
    if (trailer.length > TRAILER_BYTES_MAX) throw new ProtocolError('a trailer without end');
    if (byte !== LF || (trailer !== '\r\n' && !trailer.endsWith('\r\n\r\n'))) return;
    readFields(trailer.split('\r\n').slice(0, -2));
    place = 'over';
  }
  /** Any byte that is not of a chunk's data. */
  function frameByte(byte: number): void {
    if (place === 'size') sizeByte(byte);
    else if (place === 'extension') extensionByte(byte);
    else if (place === 'size_lf') sizeEnd(byte);
    else if (place === 'data_cr') {
      expect(byte, CR);
      place = 'data_lf';
    } else if (place === 'data_lf') {
      expect(byte, LF);
      place = 'size';
    } else trailerByte(byte);
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
        } else frameByte(bytes[at++] ?? 0);
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

function expect(byte: number, wanted: number): void {
  if (byte !== wanted) throw new ProtocolError('a chunk whose line or data does not end where it should');
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : undefined;
}
