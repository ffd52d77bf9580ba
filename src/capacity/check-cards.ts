import type { Config } from '../config/index.ts';
import { planCards, type CapacityProblem, type KnownHost } from './plan-cards.ts';

/**
 * What keeps a config from running on these cards for certain; empty where nothing does. A model or a card of which nothing is
 * known is no problem, and neither is a tight fit: of a start that may well succeed vLLM has the last word. Pure.
 */
export function checkCards(config: Config, host: KnownHost): readonly CapacityProblem[] {
  return planCards(config, host).problems.filter(({ isCertain }) => isCertain);
}
