import { createRandom, type Random } from '../../support/random.ts';
import { CAPACITY_PER_SECOND } from './config.ts';
import { ask, type Account } from './request.ts';

export const NOISY = 'noisy';
const QUIET = Array.from({ length: 49 }, (_, index) => `quiet-${index}`);
/** Part of the capacity that the quiet ones ask for. */
const QUIET_SHARE = 0.3;

/** Prompts of mostly 150 to 1200 tokens; an answer's length depends on the words, and is 16 to 127 tokens. */
const WORDS_MEDIAN = 350;
const WORDS_SIGMA = 0.6;
const WORDS_MAX = 1500;

/** The quiet tenants' traffic for a while, by chance; resolves when the last has its ending. */
export async function quietTraffic(url: URL, seed: number, lengthMs: number): Promise<readonly Account[]> {
  const random = createRandom(seed);
  const answers: Promise<Account>[] = [];
  const beganMs = performance.now();
  for (let atMs = gapMs(random); atMs < lengthMs; atMs += gapMs(random)) {
    await Bun.sleep(Math.max(0, beganMs + atMs - performance.now()));
    answers.push(ask(url, { tenant: random.pick(QUIET), prompt: promptOf(random) }));
  }
  return Promise.all(answers);
}

/** The noisy tenant's requests, all at once. */
export function burst(url: URL, seed: number, requests: number): Promise<readonly Account[]> {
  const random = createRandom(seed);
  const prompts = Array.from({ length: requests }, () => promptOf(random));
  return Promise.all(prompts.map((prompt) => ask(url, { tenant: NOISY, prompt })));
}

const gapMs = (random: Random): number => (-Math.log(1 - random.next()) * 1000) / (QUIET_SHARE * CAPACITY_PER_SECOND);

/** Words of four bytes with the space: about a token each. */
function promptOf(random: Random): string {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const words = Math.min(WORDS_MAX, Math.ceil(WORDS_MEDIAN * Math.exp(WORDS_SIGMA * normal)));
  return Array.from({ length: words }, () => random.between(100, 999)).join(' ');
}
