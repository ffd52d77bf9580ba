/** Wall-clock microseconds, the same in every process of this machine: what stamps are made and read with. */
export function nowUnixMicroseconds(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}
