import type { Random } from '../../support/random.ts';
import { ask, type Account, type Wish } from './request.ts';

/** What clients ask, of both pools. */
const PROMPTS = 24;
const POOLS = ['heavy', 'light'] as const;
const TOKENS = { least: 4, most: 96 };
const STREAM_SHARE = 0.7;
const LEAVING_SHARE = 0.05;
const LEAVES_AFTER_MS = { least: 1, most: 300 };
/** Between two requests of a client: it bounds the rate. */
const PAUSE_MS = { least: 20, most: 200 };
/** After a refusal; a real client would wait as `retry-after` says. */
const REFUSED_PAUSE_MS = 150;

/** The whole answer to each prompt, by which parts of it are judged. */
export type Answers = ReadonlyMap<string, string>;

const promptOf = (pool: string, number: number): string => `Tell ${pool} story number ${number}`;

/** Asks each prompt once while nothing is wrong. Throws where an answer is missing. */
export async function learnAnswers(url: string): Promise<Answers> {
  const wishes = POOLS.flatMap((pool) =>
    Array.from({ length: PROMPTS }, (_, number) => ({
      id: `learn-${pool}-${number}`,
      pool,
      prompt: promptOf(pool, number),
      tokens: TOKENS.most,
      isStream: false,
    })),
  );
  const learned = wishes.map(async (wish): Promise<[string, string]> => {
    const { ending } = await ask(url, wish);
    if (ending.is !== 'completed') throw new Error(`${wish.id}: ${JSON.stringify(ending)}`);
    return [wish.prompt, ending.content];
  });
  return new Map(await Promise.all(learned));
}

/** Clients that ask one thing after the other. */
export interface Load {
  readonly accounts: readonly Account[];
  readonly sent: () => number;
  /** No new requests; resolves when the last one has its ending. */
  stop(): Promise<void>;
}

/** Puts `clients` to work; `url` is asked before each request, for a node that is started again has another. */
export function startLoad(url: () => string, clients: number, random: Random): Load {
  const accounts: Account[] = [];
  let sent = 0;
  let isOn = true;

  function nextWish(): Wish {
    sent += 1;
    const pool = random.pick(POOLS);
    const leaves = random.next() < LEAVING_SHARE;
    return {
      id: `storm-${sent}`,
      pool,
      prompt: promptOf(pool, random.between(0, PROMPTS - 1)),
      tokens: random.between(TOKENS.least, TOKENS.most),
      isStream: random.next() < STREAM_SHARE,
      ...(leaves ? { leavesAfterMs: random.between(LEAVES_AFTER_MS.least, LEAVES_AFTER_MS.most) } : {}),
    };
  }

  async function client(): Promise<void> {
    while (isOn) {
      const account = await ask(url(), nextWish());
      accounts.push(account);
      const { is } = account.ending;
      const isRefused = is === 'refused' || is === 'cut';
      await Bun.sleep(isRefused ? REFUSED_PAUSE_MS : random.between(PAUSE_MS.least, PAUSE_MS.most));
    }
  }

  const all = Array.from({ length: clients }, client);
  return {
    accounts,
    sent: () => sent,
    async stop() {
      isOn = false;
      await Promise.all(all);
    },
  };
}
