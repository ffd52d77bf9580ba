import { COMPLETION, STAMP_DIGITS, STAMP_MARK } from '../upstream/answers.ts';

/** Judges the answers of one connection, one after another. */
export interface Examination {
  head(status: number): void;
  body(text: string): void;
  /** What was wrong with the answer that ends here, if anything; the next one begins afresh. */
  end(): string | undefined;
}

/** Longest event of a stream. */
const EVENT_BYTES_MAX = 65_536;

/** A whole answer must come with 200 and every byte: the upstream's, unless the target writes it anew. */
export function examineDocument(expected = COMPLETION.length): Examination {
  let status = 0;
  let bytes = 0;
  return {
    head(is) {
      status = is;
    },
    body(text) {
      bytes += text.length;
    },
    end() {
      const wrong = bytes === expected ? undefined : `${bytes} bytes instead of ${expected}`;
      bytes = 0;
      return status === 200 ? wrong : `status ${status}`;
    },
  };
}

/** A stream must come with 200, exactly `tokens` tokens, no error and one `[DONE]`. `onToken` gets each token's stamp. */
export function examineStream(tokens: number, onToken: (unixMicroseconds: number) => void): Examination {
  let status = 0;
  let kept = '';
  let count = 0;
  let ending = '';

  const readEvent = (event: string) => {
    const mark = event.indexOf(STAMP_MARK);
    const digits = mark === -1 ? '' : event.slice(mark + STAMP_MARK.length, mark + STAMP_MARK.length + STAMP_DIGITS);
    if (digits.length === STAMP_DIGITS && /^\d+$/.test(digits)) {
      count += 1;
      onToken(Number(digits));
    } else if (event === 'data: [DONE]' || event.startsWith('data: {"error"')) ending += event.slice(6, 200);
  };
  return {
    head(is) {
      status = is;
    },
    body(text) {
      kept += text;
      if (kept.length > EVENT_BYTES_MAX) throw new Error(`no end of an event within ${EVENT_BYTES_MAX} bytes`);
      for (let at = kept.indexOf('\n\n'); at !== -1; at = kept.indexOf('\n\n')) {
        readEvent(kept.slice(0, at));
        kept = kept.slice(at + 2);
      }
    },
    end() {
      const wrong = faultOf({ status, count, tokens, ending });
      [kept, count, ending] = ['', 0, ''];
      return wrong;
    },
  };
}

function faultOf(stream: { status: number; count: number; tokens: number; ending: string }): string | undefined {
  const { status, count, tokens, ending } = stream;
  if (status !== 200) return `status ${status}`;
  if (ending !== '[DONE]') return `a stream that ended with ${JSON.stringify(ending)} instead of [DONE]`;
  return count === tokens ? undefined : `a stream of ${count} tokens instead of ${tokens}`;
}
