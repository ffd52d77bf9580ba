/** Wall-clock milliseconds with a fraction: what the node's log is stamped with, the same in every process here. */
export function nowUnixMs(): number {
  return performance.timeOrigin + performance.now();
}
