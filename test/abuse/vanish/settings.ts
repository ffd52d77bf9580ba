/** `gateway.slow_client_timeout_s`. */
export const SLOW_CLIENT_TIMEOUT_S = 2;

/** What docs/limits.md promises for it, 4 to 8 s more, and a busy machine's due. */
export const BACK_MS_MAX = (SLOW_CLIENT_TIMEOUT_S + 8 + 5) * 1000;

/** Four of these leave no room for a fifth among the bodies on their way in. */
export const LONG_BODY_BYTES = 30_000_000;
export const BODIES_BYTES_MAX = 134_217_728;

/** How often it happens. */
export const ROUNDS = 4;
