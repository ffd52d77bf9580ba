/** How this program runs itself: the compiled binary as it is, from source Bun with the main file. */
export const selfCommand: readonly [string, ...string[]] = Bun.main.startsWith('/$bunfs/')
  ? [process.execPath]
  : [process.execPath, Bun.main];
