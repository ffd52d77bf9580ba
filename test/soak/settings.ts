const isFull = process.env['SSW_SOAK'] === 'full';

/** How long the soak is: `SSW_SOAK=full` is the whole of it, else a smoke. */
export const SOAK = isFull
  ? { requests: 1_000_000, abortedStreams: 50_000 }
  : { requests: 20_000, abortedStreams: 1000 };

export const CONNECTIONS = 32;
export const STREAMS_AT_ONCE = 16;

/** Parts of equal length, each of which has to be as the first was. The heap is collected every 10,000 requests or so. */
export const PARTS = isFull ? 10 : 2;

/** What memory may grow from the first part to the last. A smoke ends before the heap has found its size. */
export const GROWTH_MAX = isFull ? 0.1 : 0.5;

/** Descriptors beyond those before any request: connections to the engine, kept for the next request. */
export const DESCRIPTORS_LEFT_MAX = 2 * (CONNECTIONS + STREAMS_AT_ONCE);

/** 200 s for a million on two cores with nothing else to do; as much again for each of the others who share them. */
export const SOAK_MS_MAX = 90_000 + SOAK.requests * 2;
