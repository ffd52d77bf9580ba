/** What is wrong with a pattern's text; leaves the parser at once. */
export class PatternError extends Error {}
