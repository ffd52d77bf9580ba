import type { Answers } from '../storm/load.ts';
import type { Account, Ending } from '../storm/request.ts';

/** The endings that a fault allows besides a whole answer. */
export type Allowed = (ending: Ending, account: Account) => boolean;

const TOLD_MAX = 20;

/**
 * What must not have happened, the first few of it: a request without an ending or with two, an answer that is not its
 * prompt's or not of one execution, and any other ending that the fault does not allow.
 */
export function problemsOf(
  accounts: readonly Account[],
  sent: number,
  answers: Answers,
  allowed: Allowed,
): readonly string[] {
  const lost = accounts.length === sent ? [] : [`${sent - accounts.length} requests have no account`];
  return [...lost, ...accounts.flatMap((it) => problemOf(it, answers, allowed))].slice(0, TOLD_MAX);
}

/** Answers of a replica of another host than the one that was asked; `names` are the hosts', by their URL. */
export function crossed(accounts: readonly Account[], names: ReadonlyMap<string, string>): number {
  const isForeign = ({ url, replica }: Account) => replica?.startsWith(`${names.get(url)}-`) === false;
  return accounts.filter((it) => it.ending.is === 'completed' && isForeign(it)).length;
}

/**
 * Whether the engines ran what was answered, each request once but for `repeatedMax`: `executions` to their last token
 * for those completed. Who left or was cut off may have been answered to the end or not.
 */
export function executionProblems(
  accounts: readonly Account[],
  executions: number,
  repeatedMax: number,
): readonly string[] {
  const whole = accounts.filter(({ ending }) => ending.is === 'completed').length;
  const others = accounts.length - whole;
  if (executions >= whole && executions <= whole + others + repeatedMax) return [];
  const allowed = `${whole} whole answers, ${others} other endings, and ${repeatedMax} that may have been repeated`;
  return [`${executions} executions for ${allowed}`];
}

function problemOf(account: Account, answers: Answers, allowed: Allowed): string[] {
  const { ending, wish, fromMs, toMs } = account;
  const whole = answers.get(wish.prompt) ?? '';
  const told = `${wish.id} ${wish.pool} ${Math.round(toMs - fromMs)} ms: ${JSON.stringify(ending)}`;
  if (ending.is === 'left') return [];
  if (ending.is === 'wrong') return [`no ending, or more than one: ${told}`];
  if ('content' in ending && !whole.startsWith(ending.content)) return [`not the answer to its prompt: ${told}`];
  return ending.is === 'completed' || allowed(ending, account) ? [] : [`not allowed here: ${told}`];
}
