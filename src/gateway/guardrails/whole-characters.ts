/** Puts pieces of a text together so that none ends within a character. */
interface WholeCharacters {
  /** The next piece, without a half of a character at its end, and with the one before it. */
  push(piece: string): string;
  /** The text is over: the half that waits in vain; empty where there is none. */
  end(): string;
}

/** No piece has come. */
export function createWholeCharacters(): WholeCharacters {
  let half = '';
  return {
    push(piece) {
      const text = half + piece;
      half = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : '';
      return half === '' ? text : text.slice(0, -1);
    },
    end() {
      const left = half;
      half = '';
      return left;
    },
  };
}

/** The first half of a character outside the first plane (The Unicode Standard §3.9, D91). */
export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
