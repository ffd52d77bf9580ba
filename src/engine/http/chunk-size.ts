import { CHUNK_LINE_BYTES_MAX, CHUNK_SIZE_DIGITS_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const EXTENSIONS = new RegExp(`^(?:;${TOKEN}(?:=(?:${TOKEN}|"[\\t\\x20!\\x23-\\x5b\\x5d-\\x7e]*"))?)*$`);

/** Reads the line before each chunk, byte by byte: its size, and extensions, which are checked and dropped. */
interface ChunkSize {
  /** The size, at the line's last byte; it is ready for the next line then. Throws `ProtocolError`. */
  take(byte: number): number | undefined;
}

export function createChunkSize(): ChunkSize {
  let size = 0;
  let digits = 0;
  let extension = '';
  let place: 'digits' | 'extension' | 'end' = 'digits';

  function takeDigit(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== undefined) {
      digits += 1;
      size = size * 16 + digit;
      if (digits > CHUNK_SIZE_DIGITS_MAX) throw new ProtocolError('a chunk without measure');
    } else if (digits > 0 && byte === CR) place = 'end';
    else if (digits > 0 && byte === SEMICOLON) {
      extension = ';';
      place = 'extension';
    } else throw new ProtocolError('a chunk size that is no number');
  }
  function takeExtension(byte: number): void {
    if (byte === CR) {
      if (!EXTENSIONS.test(extension)) throw new ProtocolError('a chunk extension that is none');
      place = 'end';
      return;
    }
    extension += String.fromCharCode(byte);
    if (extension.length > CHUNK_LINE_BYTES_MAX) throw new ProtocolError('a chunk extension without end');
  }
  function takeEnd(byte: number): number {
    if (byte !== LF) throw new ProtocolError('a chunk size whose line does not end');
    const whole = size;
    size = 0;
    digits = 0;
    place = 'digits';
    return whole;
  }

  return {
    take(byte) {
      if (place === 'end') return takeEnd(byte);
      if (place === 'digits') takeDigit(byte);
      else takeExtension(byte);
      return undefined;
    },
  };
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : undefined;
}
