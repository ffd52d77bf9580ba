/** What requests used lately. Changed in place: one is kept for each tenant, and each ended request adds to two. */
export interface History {
  /** Real length of a prompt over the guess from its bytes. */
  promptRatio: number;
  /** Prompts ever learnt of. */
  prompts: number;
  /** Answers ever learnt of. */
  count: number;
  /** The last answers' lengths in tokens, as they came; the next one replaces that at `count` modulo its size. */
  readonly recent: number[];
  /** The same, shortest first. */
  readonly sorted: number[];
}

/** Answers remembered. */
export const ANSWERS_KEPT = 64;
/** Part that the newest prompt has in the ratio. */
const RATIO_STEP = 1 / 8;
/** A picture is many bytes and few tokens; a script that the tokenizer does not know is four tokens a character. */
const RATIO_MIN = 1 / 64;
const RATIO_MAX = 4;
/** Room is kept for an answer that only a quarter of the others were longer than. */
const QUANTILE = 0.75;

export const emptyHistory = (): History => ({ promptRatio: 1, prompts: 0, count: 0, recent: [], sorted: [] });

/** Adds the length of an answer, and of its prompt where that was counted. */
export function remember(history: History, promptRatio: number | undefined, answerTokens: number): void {
  const { recent, sorted } = history;
  if (promptRatio !== undefined) rememberPrompt(history, promptRatio);
  const at = history.count % ANSWERS_KEPT;
  const replaced = recent[at];
  if (replaced !== undefined) sorted.splice(placeIn(sorted, replaced), 1);
  sorted.splice(placeIn(sorted, answerTokens), 0, answerTokens);
  recent[at] = answerTokens;
  history.count += 1;
}

/** The first prompt counts whole: nothing is known beside it. */
function rememberPrompt(history: History, promptRatio: number): void {
  const ratio = Math.min(Math.max(promptRatio, RATIO_MIN), RATIO_MAX);
  history.prompts += 1;
  history.promptRatio += (ratio - history.promptRatio) * Math.max(RATIO_STEP, 1 / history.prompts);
}

/** Expected length of an answer, on the high side; `undefined` where none is known. */
export function outputTokensOf({ sorted }: History): number | undefined {
  return sorted[Math.floor(sorted.length * QUANTILE)];
}

/** Index of the first one that is not smaller. */
function placeIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
