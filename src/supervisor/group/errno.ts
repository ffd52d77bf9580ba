/** Whether a system call failed with one of these codes: `ENOENT`, `ESRCH` … (errno(3)). */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
