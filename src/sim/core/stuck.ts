/** A step that never ends. What keeps the process alive meanwhile is its caller's. */
export const forEver = (): Promise<never> => new Promise(() => {});
