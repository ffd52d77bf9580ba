/** Why requests are given up whose answers would change nothing. */
export const DECIDED = new Error('the set is decided');
