import { post, question } from '../requests.ts';
import type { Target } from '../target.ts';
import { exchange, statusesIn } from '../wire.ts';

/** Guesses so many keys, with one right one in the midst, and counts the statuses; `entered` is that of the right one. */
export async function guess(
  count: number,
  target: Target,
): Promise<{ counts: Record<number, number>; entered: number }> {
  const counts: Record<number, number> = {};
  const ask = async (headers: string) => {
    const answer = await exchange(target.port, post(question(1), headers));
    target.answers.push(answer);
    return statusesIn(answer)[0] ?? 0;
  };
  for (let tried = 0; tried < count; tried += 1) {
    const status = await ask(`authorization: Bearer sk-ssw-${tried.toString(36).padStart(43, 'A')}\r\n`);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return { counts, entered: await ask(target.entrance) };
}

/** Credentials that are none; each is 401, or 429 where too many came. */
export const NO_KEYS: readonly string[] = [
  '',
  'authorization: \r\n',
  'authorization: Bearer\r\n',
  'authorization: Bearer \r\n',
  'authorization: Basic YWRtaW46YWRtaW4=\r\n',
  'authorization: Bearer undefined\r\n',
  'authorization: Bearer null\r\n',
  `authorization: Bearer ${'a'.repeat(8000)}\r\n`,
  'authorization: Bearer \xff\xfe\r\n',
  'authorization: Bearer *\r\n',
  "authorization: Bearer ' or 1=1--\r\n",
  'x-api-key: \r\n',
  'x-api-key: __proto__\r\n',
  'authorization: Bearer __proto__\r\n',
];
