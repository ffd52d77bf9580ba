import { Cluster, type Redis } from 'ioredis';

/** What a pool keeps for ever, and what goes by itself. Tickets, claims and their indexes are neither. */
const FIXED = /^ssw:1:\{[a-z-]+\}:(?:apart|clock|flows:[012]|gone|line|nodes|order|rooms)$/;
const ENDING = /^ssw:1:\{[a-z-]+\}:(?:idle:[012]|quarantine|rate:.*)$/;

/** Keys that should not be there while nothing waits or runs, and why; of all masters. */
export async function keysLeft(redis: Redis | Cluster): Promise<string[]> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const left: string[] = [];
  for (const server of servers) {
    for await (const page of server.scanStream({ count: 1000 })) {
      for (const key of page as string[]) {
        const whatIsWrong = await judge(server, key);
        if (whatIsWrong !== undefined) left.push(`key ${key} ${whatIsWrong}`);
      }
    }
  }
  return left;
}

async function judge(server: Redis, key: string): Promise<string | undefined> {
  if (FIXED.test(key)) return undefined;
  if (!ENDING.test(key)) return 'is left although nothing waits or runs';
  return (await server.pttl(key)) === -1 ? 'never ends' : undefined;
}
