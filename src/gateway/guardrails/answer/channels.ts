import { createJsonTextFilter } from '../json-text-filter.ts';
import type { Scan } from '../scan/scanner.ts';
import { createTextFilter, type TextFilter } from '../text-filter.ts';

/** The texts of one answer that come piece by piece: its content, its reasoning, the arguments of each tool call. */
export interface Channels {
  /** The next piece of one; returns what may go on. */
  push(name: string, form: 'plain' | 'json', piece: string): string;
  /** One that is whole: its rest. */
  end(name: string): string;
  /** Those that may hold something. */
  names(): readonly string[];
  /** A rule refused one of them: the answer is over. */
  isRefused(): boolean;
}

/** Most texts of one answer that are filtered side by side; an engine that sends more is stopped. */
const CHANNELS_MAX = 1024;

/** No text has begun. */
export function createChannels(scan: Scan): Channels {
  const filters = new Map<string, TextFilter>();
  let isRefused = false;
  const after = (filter: TextFilter, text: string) => {
    isRefused ||= filter.refusedBy() !== undefined;
    return text;
  };
  return {
    push(name, form, piece) {
      if (isRefused) return '';
      let filter = filters.get(name);
      if (filter === undefined) {
        if (filters.size === CHANNELS_MAX) isRefused = true;
        filter = form === 'json' ? createJsonTextFilter(scan) : createTextFilter(scan);
        filters.set(name, filter);
      }
      return after(filter, filter.push(piece));
    },
    end(name) {
      const filter = filters.get(name);
      filters.delete(name);
      return filter === undefined || isRefused ? '' : after(filter, filter.end());
    },
    names: () => [...filters.keys()],
    isRefused: () => isRefused,
  };
}
