/** Longest head of an answer, status line and headers; node:http has the same. */
export const HEAD_BYTES_MAX = 16_384;

/** Most header lines of an answer; vLLM sends five. */
export const HEADER_LINES_MAX = 128;

/** Most interim heads (1xx) before the answer's own. */
export const INTERIM_HEADS_MAX = 8;

/** Longest line that tells a chunk's size, extensions included. */
export const CHUNK_LINE_BYTES_MAX = 1024;

/** Longest size of a chunk in hexadecimal digits: 4 GiB. */
export const CHUNK_SIZE_DIGITS_MAX = 8;

/** Longest trailer section of a chunked answer. It is checked and dropped. */
export const TRAILER_BYTES_MAX = 16_384;

/** What is held of a body for a reader who is behind before its socket is paused. A read of 512 KiB may come on top. */
export const READ_AHEAD_BYTES_MAX = 65_536;

/** What a piece of a body costs at least in memory, so that many tiny ones count for what they are. */
export const PIECE_COST_BYTES = 256;

/** A request up to this size goes out in one piece with its head: one system call. */
export const ONE_PIECE_BYTES_MAX = 65_536;

/** Idle connections kept per engine; those beyond are closed after their request. */
export const IDLE_CONNECTIONS_MAX = 256;

/** How long a connection idles before it is closed. vLLM closes after 5 s (`VLLM_HTTP_TIMEOUT_KEEP_ALIVE`). */
export const IDLE_MS_MAX = 4000;

/** Most connections that nobody waits for any more and that are not open yet; beyond, they serve the next request. */
export const DESERTED_CONNECTIONS_MAX = 16;
