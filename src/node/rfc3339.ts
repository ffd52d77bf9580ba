/** A wall clock's time as people and reports read it. */
export const rfc3339 = (unixMs: number): string => new Date(unixMs).toISOString();
