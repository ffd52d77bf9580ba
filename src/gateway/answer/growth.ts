import type { Grant } from '../../queue/index.ts';
import type { Tap } from '../tap/tap.ts';

/** A stream's length is told whenever it has grown by so many events, about as many tokens. */
export const EVENTS_PER_LOOK = 64;

/**
 * Tells the queue what a stream has used so far; to be called for each chunk, and nearly always a comparison. Where the
 * engine counts on the way (`continuous_usage_stats`) it is believed, from the first event on; else an event is taken
 * for a token, and the prompt is not known: 0.
 */
export function followGrowth(tap: Pick<Tap, 'events' | 'usage'>, grant: Pick<Grant, 'used'>): () => void {
  let nextLookAt = 1;
  return () => {
    const events = tap.events();
    if (events < nextLookAt) return;
    nextLookAt = events + EVENTS_PER_LOOK;
    const usage = tap.usage();
    if (usage !== undefined) grant.used(usage);
    else if (events >= EVENTS_PER_LOOK) grant.used({ prompt: 0, completion: events, cached: 0 });
  };
}
