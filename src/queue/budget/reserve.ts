/** Part of a replica's budget: room of a few small requests. */
const RESERVE_PART = 0.015;

/**
 * Room on top of a budget for tenants who are not ahead. Whoever is ahead fills the budget as soon as some of it is
 * free; who asks seldom would wait for room each time.
 */
export const reserveOf = (budgetTokens: number): number => Math.max(0, Math.floor(RESERVE_PART * budgetTokens));
