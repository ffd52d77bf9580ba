/** A part of a text that is replaced. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What of a text is held, and which parts of it are covered. Offsets are characters since the beginning. */
interface Cover {
  /** The next character, as it is written. */
  hold(written: string): void;
  /** Covers a part; ends come in order. Parts that touch become one. */
  mark(stretch: Stretch): void;
  /** Lets go of everything before an offset: a covered part as its replacement, once. */
  release(until: number): void;
  /** Characters that were never held, while nothing is. */
  letThrough(written: string, count: number): void;
  drain(): string;
}

/** Holds nothing yet. */
export function createCover(write: (replacement: string) => string): Cover {
  let held: string[] = [];
  let heldFrom = 0;
  let stretches: Stretch[] = [];
  let isInside = false;
  let out = '';

  const letGo = (written: string, replacement: string | undefined) => {
    if (replacement === undefined) out += written;
    else if (!isInside) out += write(replacement);
    isInside = replacement !== undefined;
  };

  return {
    hold: (written) => void held.push(written),
    mark({ start, end, replacement }) {
      let merged: Stretch = { start, end, replacement };
      for (let last = stretches.at(-1); last !== undefined && last.end >= merged.start; last = stretches.at(-1)) {
        const earlier = last.start <= merged.start ? last : merged;
        merged = { ...earlier, start: Math.min(last.start, merged.start), end: Math.max(last.end, merged.end) };
        stretches.pop();
      }
      stretches.push(merged);
    },
    release(until) {
      const count = until - heldFrom;
      if (count <= 0) return;
      for (let index = 0; index < count; index += 1) {
        const at = heldFrom + index;
        const covering = stretches.length === 0 ? undefined : stretches.find((it) => it.start <= at && at < it.end);
        letGo(held[index] ?? '', covering?.replacement);
      }
      held = count === held.length ? [] : held.slice(count);
      heldFrom = until;
      if (stretches.length > 0) stretches = stretches.filter((it) => it.end > until);
    },
    letThrough(written, count) {
      if (written !== '') isInside = false;
      out += written;
      heldFrom += count;
    },
    drain() {
      const text = out;
      out = '';
      return text;
    },
  };
}
