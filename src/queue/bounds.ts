/** Most transitions of one commit; the rest goes with the next. Bounds the time of one call in Redis. */
export const TRANSITIONS_PER_COMMIT_MAX = 256;
/**
 * Most claims of one commit; a reply that long asks for another commit. As many as it can admit: where there is room for all
 * of them none has to go through the line, which costs three times as much.
 */
export const CLAIMS_PER_COMMIT_MAX = TRANSITIONS_PER_COMMIT_MAX;
/** Most tenants passed over in one commit because what they have first fits nowhere; as many more of each variant. */
export const SKIPS_PER_COMMIT_MAX = 8;
/** Most lines passed over in one commit because no replica of their variant has room. */
export const PASSES_PER_COMMIT_MAX = 256;
/** A ticket that fits nowhere and is this old keeps the replica with most room from smaller ones. */
export const HOLD_AFTER_MS = 1_000;
/** Tickets and claims of a node that is gone, cleared by one commit; as many again where they stand before others in line. */
export const SWEPT_PER_COMMIT_MAX = 100;
/**
 * No lease is left longer than twice that of a node that beats, or this: a server's clock may be set back. The length of a
 * lease is each node's own; a fifth of five minutes is within it.
 */
export const LEASE_LEFT_MS_MAX = 60_000;
/** Span of an allowance: so much may come at once, and is given back evenly over this time. */
export const RATE_WINDOW_MS = 60_000;
