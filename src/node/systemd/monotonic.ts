import { ptr } from 'bun:ffi';
import { libc } from './libc.ts';

/** clock_gettime(2). */
const CLOCK_MONOTONIC = 1;

/** CLOCK_MONOTONIC in microseconds, as `MONOTONIC_USEC=` wants it (sd_notify(3)). Throws where libc cannot be opened. */
export function monotonicUsec(): bigint {
  const timespec = new BigInt64Array(2);
  libc().clock_gettime(CLOCK_MONOTONIC, ptr(timespec));
  const [seconds = 0n, nanoseconds = 0n] = timespec;
  return seconds * 1_000_000n + nanoseconds / 1_000n;
}
