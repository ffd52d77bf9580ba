/**
 * Bytes on their way to a reader that has not taken them, per claim and direction. Redis cuts a subscriber off that is
 * 32 MB behind (`client-output-buffer-limit pubsub`): 128 windows at once, of a node that reads nothing.
 */
export const WINDOW_BYTES = 262_144;
/** So many bytes taken are worth a message that says so. */
export const CREDIT_STEP_BYTES = WINDOW_BYTES / 4;
/** Most bytes of a body or an answer in one message; with its head it stays below `MESSAGE_BYTES_MAX`. */
export const PIECE_BYTES_MAX = 61_440;
/** Path and headers of a request, or headers of an answer, as they are written. */
export const HEAD_BYTES_MAX = 49_152;

/** Requests of ours that other nodes run at once. */
export const ERRANDS_MAX = 8_192;
/** Requests of other nodes that we run at once, those asked for included. */
export const GUESTS_MAX = 8_192;
/** Claims whose end is remembered, to be told again. */
export const VERDICTS_MAX = 4_096;
/** Claims in one message of `still` or `want`. */
export const CLAIMS_PER_MESSAGE_MAX = 512;

/** Between two looks at what is late. */
export const TICK_MS = 250;
/** A worker says so often what it has sent; its origin answers what it still wants. */
export const STILL_MS = 1_000;
/** A guest's request is asked for again when nothing of it has come for so long. */
export const ASK_AGAIN_MS = 500;
/** The other side of a claim says nothing for so long: it is lost. With a tick, and what was on its way, it is below 5 s. */
export const SILENCE_MS_MAX = 4_000;
/** Likewise where its node holds no lease any more. */
export const SILENCE_OF_THE_DEAD_MS_MAX = 2_000;
/** How long the room of an answer that has ended is kept for what its origin says of it: its reader may be slow. */
export const VERDICT_MS_MAX = 5_000;
