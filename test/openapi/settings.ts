const isFull = process.env['SSW_OPENAPI'] === 'full';

/** How thorough the lane is: `SSW_OPENAPI=full` takes minutes, else half a minute each. */
export const EXTENT = isFull
  ? { examplesPerOperation: 300, fuzzedRequests: 20_000, fuzzedStreams: 2000 }
  : { examplesPerOperation: 3, fuzzedRequests: 1000, fuzzedStreams: 150 };

/** Where chance begins. */
export const SEED = Number(process.env['SSW_OPENAPI_SEED'] ?? Math.floor(Math.random() * 2 ** 24));

/** What memory may grow by in a run: buffers that are kept, and garbage that is not collected yet. */
export const MEMORY_GROWTH_BYTES_MAX = 150_000_000;
