/** How hard the abuse is: `SSW_ABUSE=full` is the whole of it, else a smoke that any machine finishes in half a minute. */
export const ABUSE =
  process.env['SSW_ABUSE'] === 'full'
    ? { idle: 10_000, slow: 1000, readers: 100, guesses: 2000, rounds: 3, bodyBytes: 100_000_000 }
    : { idle: 1500, slow: 200, readers: 20, guesses: 200, rounds: 1, bodyBytes: 100_000_000 };

/**
 * What `/health` may take, at the 99th percentile, while all that goes on. Two cores are shared by the clients, engines,
 * Redis and whatever else runs: times the kernel's word on how much longer the gateway's work took for that.
 */
export const HEALTH_P99_MS_MAX = 100;

/** What may stay of memory after a round: buffers that are kept, and garbage that is not collected yet. */
export const MEMORY_LEFT_BYTES_MAX = 200_000_000;

/** What a round may take while it lasts: a few bodies of 32 MB that are read, decoded and parsed. */
export const MEMORY_PEAK_BYTES_MAX = 500_000_000;

/** Patience with one who sends or takes nothing. Bun counts 4 s on top of it, and looks every 4. */
export const SLOW_CLIENT_TIMEOUT_S = 1;

/** Less than Bun's own limit: that the key counts shows where heads between the two are refused. */
export const HEADER_BYTES_MAX = 12_288;

/** When every slow one is gone: what the first head has (8 to 12 s), and a busy machine's due. */
export const CUT_MS_MAX = 20_000;
