import { BOMBS, explode, flood, floods } from './attacks/bodies.ts';
import { guess, NO_KEYS } from './attacks/keys.ts';
import { PATHS } from './attacks/paths.ts';
import { ODDITIES } from './attacks/smuggling.ts';
import { holdConnections, type Crowds } from './hold-connections.ts';
import { post, question } from './requests.ts';
import { ABUSE } from './settings.ts';
import type { Target } from './target.ts';
import { watch, type Seen } from './watch.ts';
import { exchange, statusesIn } from './wire.ts';

/** What one round of everything came to. */
export interface Round {
  readonly seen: Seen;
  readonly memoryBeforeBytes: number;
  readonly descriptorsBefore: number;
  readonly crowds: Crowds;
  /** Statuses by attack. */
  readonly floods: Record<string, number>;
  readonly bombs: Record<string, string>;
  readonly oddities: Record<string, readonly number[]>;
  readonly paths: Record<string, readonly number[]>;
  readonly noKeys: Record<string, number>;
  readonly guesses: Awaited<ReturnType<typeof guess>>;
}

/** Does all of it: who holds connections meanwhile, whoever sends too much or oddly one after another. */
export async function assault(target: Target, descriptors: () => number): Promise<Round> {
  const [memoryBeforeBytes, descriptorsBefore] = [target.residentBytes(), descriptors()];
  const whatWasSeen = await watch(target.port, target.node.pid);
  const holding = holdConnections(target);
  const round = {
    oddities: await inTurn(ODDITIES, async (it) => [it.name, await statusesOf(it.bytes, target)]),
    paths: await inTurn(PATHS, async (it) => [it, await statusesOf(`GET ${it} HTTP/1.1\r\nhost: a\r\n\r\n`, target)]),
    noKeys: await inTurn(NO_KEYS, async (it) => [it, (await statusesOf(post(question(1), it), target))[0] ?? 0]),
    guesses: await guess(ABUSE.guesses, target),
    floods: await inTurn(floods(target.entrance), async (it) => [it.name, await flood(it, target)]),
    bombs: await inTurn(BOMBS, async ([name, body]) => [name, await explode(body(), target)]),
  };
  const crowds = await holding;
  const seen = await whatWasSeen();
  return { ...round, crowds, seen, memoryBeforeBytes, descriptorsBefore };
}

async function inTurn<Attack, Result>(
  attacks: readonly Attack[],
  make: (attack: Attack) => Promise<readonly [string, Result]>,
): Promise<Record<string, Result>> {
  const results: [string, Result][] = [];
  for (const attack of attacks) {
    const [name, result] = await make(attack);
    results.push([name, result]);
  }
  return Object.fromEntries(results);
}

async function statusesOf(bytes: string, target: Target): Promise<readonly number[]> {
  const answer = await exchange(target.port, Buffer.from(bytes, 'latin1'));
  target.answers.push(answer);
  return statusesIn(answer);
}
