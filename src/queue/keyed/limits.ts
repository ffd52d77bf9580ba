/** Longest answer that is kept. One that is longer still reaches its client; its key is spent. */
export const ANSWER_BYTES_MAX = 16_777_216;
/** Answers of one node that are in memory, together: those that run, and those that the store does not have yet. */
export const LIVE_BYTES_MAX = 268_435_456;
/** Kept answers of one tenant, together. Beyond it those that end first are forgotten before their time. */
export const TENANT_BYTES_MAX = 268_435_456;
/** Bytes wait so long for company on their way to the store. */
export const FLUSH_AFTER_MS = 100;
/** An execution says so often that it lives. */
export const BEAT_MS = 2_500;
/** One that has not said so for this time is dead, by the store's clock. */
export const DEAD_AFTER_MS = 10_000;
/** The record of an execution that runs outlives its last beat by this, and by then no node needs to clear it. */
export const RUNNING_TTL_MS = 60_000;
/** What failed stays so long for those attached on other nodes; its key is free at once. */
export const FAILED_TTL_MS = 30_000;
/** Pause before the store is asked again, when it failed. */
export const RETRY_MS = 250;
/** An answer that has ended is kept in memory so long while the store is away. Then its key is free. */
export const UNSAVED_MS_MAX = 60_000;
/** One message to or from the store: short enough for the commands behind it. */
export const PIECE_BYTES_MAX = 262_144;
/** An attached reader on another node looks so often for more. */
export const POLL_MS = 100;
/** It gives up where the store does not answer so long. */
export const READ_PATIENCE_MS = 10_000;
/** Who closes waits so long for the store to learn what ended; and so does who asks for a key that just failed. */
export const SETTLE_PATIENCE_MS = 2_000;
/** A key that changes hands while it is asked for is asked for again, so often. */
export const CLAIM_TRIES_MAX = 5;
