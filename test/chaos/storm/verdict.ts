import type { Answers } from './load.ts';
import type { Account, Ending } from './request.ts';
import { deathsIn, type Timeline } from './timeline.ts';
import type { Span } from './trace.ts';

/** Between a deed and its stamp in another process's log, on a machine that is full. */
const SLACK_MS = 500;
/** A request is run again after a death, and alone after a second one; who dies alone is not run again. */
const DEATHS_OF_QUARANTINED = 3;

/** What must not have happened to one request; empty where all is as it should be. */
export function judge(account: Account, answers: Answers, timeline: Timeline): readonly string[] {
  const problem = problemOf(account, answers, timeline);
  if (problem === undefined) return [];
  const { wish, fromMs, toMs, ending, replica } = account;
  const times = [fromMs, toMs].map((it) => new Date(it).toISOString().slice(11, 23)).join('…');
  return [`${wish.id} ${times} ${wish.pool} on ${replica ?? 'no replica'}: ${problem}; ${JSON.stringify(ending)}`];
}

function problemOf(account: Account, answers: Answers, timeline: Timeline): string | undefined {
  const { ending, wish } = account;
  const whole = answers.get(wish.prompt) ?? '';
  switch (ending.is) {
    case 'left':
      return undefined;
    case 'wrong':
      return 'no ending, or more than one';
    case 'completed':
      return isBeginning(ending.content, whole, wish.tokens) ? undefined : 'not the answer to its prompt';
    case 'broken_off':
      if (!whole.startsWith(ending.content)) return 'not the answer to its prompt';
      return ending.code === 'engine_failed' ? engineFailed(account, timeline) : 'a code that no page tells of';
    case 'cut':
      return overlaps(account, timeline.nodeOutages) ? undefined : 'its connection broke while the node lived';
    case 'refused':
      return refused(account, ending, timeline);
  }
}

/** The simulated engine's tokens are words. */
const isBeginning = (content: string, whole: string, tokens: number): boolean =>
  whole.startsWith(content) && content.split(' ').length === tokens;

/** Only a request that ran on a replica which was hit, while it ran, may fail with it. */
function engineFailed({ replica, ...span }: Account, { harmed }: Timeline): string | undefined {
  if (replica === undefined) return 'engine_failed, and no engine had it';
  return overlaps(span, harmed.get(replica) ?? []) ? undefined : 'it failed, and nothing had been done to its replica';
}

/** No body is sent twice here, so that only its own deaths condemn it. */
function quarantined(account: Account, { moves }: Timeline): string | undefined {
  const { fromMs, toMs, wish } = account;
  const deaths = deathsIn(wish.pool, { fromMs: fromMs - SLACK_MS, toMs: toMs + SLACK_MS }, moves);
  return deaths >= DEATHS_OF_QUARANTINED ? undefined : `quarantined after ${deaths} deaths`;
}

/** What `docs/api.md` allows before a first byte, and when. */
function refused(
  account: Account,
  { status, code, reason }: Extract<Ending, { is: 'refused' }>,
  timeline: Timeline,
): string | undefined {
  switch (`${status} ${code}`) {
    case '500 engine_failed':
      return reason === 'quarantined' ? quarantined(account, timeline) : engineFailed(account, timeline);
    case '503 queue_unavailable':
      return overlaps(account, [...timeline.redisOutages, ...timeline.nodeOutages])
        ? undefined
        : 'refused for Redis, which lived';
    case '503 no_replica':
    case '503 queue_timeout':
      return wasServed(account, timeline) ? 'refused, and a replica of its pool was ready all the while' : undefined;
    default:
      return 'a refusal that nothing here asks for';
  }
}

/** One replica of its pool was ready, and unharmed, from its sending to its ending. */
function wasServed(account: Account, { ready, harmed }: Timeline): boolean {
  return [...ready].some(
    ([replica, spans]) =>
      replica.startsWith(account.wish.pool) &&
      spans.some((it) => it.fromMs + SLACK_MS <= account.fromMs && account.toMs <= it.toMs - SLACK_MS) &&
      !overlaps(account, harmed.get(replica) ?? []),
  );
}

function overlaps({ fromMs, toMs }: Span, spans: readonly Span[]): boolean {
  return spans.some((it) => it.fromMs - SLACK_MS <= toMs && fromMs <= it.toMs + SLACK_MS);
}

/** What a replica leaves `ready` for when somebody asked it to. */
const ASKED: ReadonlySet<string> = new Set(['restart', 'stop', 'drain', 'card_granted', 'hurry']);

/** Replicas that were taken out of service although nothing had been done to them. */
export function falseRestarts({ moves, harmed, nodeOutages }: Timeline): readonly string[] {
  return moves
    .filter((it) => it.from === 'ready' && !ASKED.has(it.because))
    .filter(({ replica, atMs }) => {
      const moment = { fromMs: atMs, toMs: atMs };
      return !overlaps(moment, harmed.get(replica) ?? []) && !overlaps(moment, nodeOutages);
    })
    .map(({ replica, because, to, atMs }) => {
      const at = new Date(atMs).toISOString().slice(11, 23);
      return `${at} ${replica} went from ready to ${to} (${because}), and nothing had been done to it`;
    });
}
