export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** `9.36 GiB`. */
export function gibText(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GiB`;
}

/** Rounded up to whole steps. */
export function upTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
