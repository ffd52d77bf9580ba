/**
 * What an engine still has to read of the prompts it was given. It reads them in the order they came, in the same steps
 * that write everybody's answers: who comes after many waits for all of them, and its own line knows no tenants. So it
 * is given the next ones when it has nearly read the last. Changed in place.
 */
export interface Reading {
  /** By claim, in the order sent: those not known to be read. */
  readonly sent: Map<string, Prompt>;
  /** Of these, what is not taken to be read for its age. */
  unreadPrompts: number;
  unreadTokens: number;
  /** How long a prompt is, in the mean of the last ones. */
  meanTokens: number;
  /** How fast it reads, with all else it does. */
  tokensPerMs: number;
  /** So much of it, in time, may lie before it. */
  aheadMs: number;
  /** Looks in a row at which it was held short. */
  shortLooks: number;
  /** When it has read all of them at that pace. */
  doneAtMs: number;
  /** Since when the pace is measured; what was read since, as answers that begin tell; and what was both sent and read since. */
  measuredSinceMs: number;
  measuredTokens: number;
  surelyTokens: number;
  /** Since the last look at its load: it would have been given more; its pace was measured. */
  wasLimited: boolean;
  wasMeasured: boolean;
}

interface Prompt {
  readonly tokens: number;
  readonly sentAtMs: number;
  /** From then on it counts as read. */
  readonly untilMs: number;
  isUnread: boolean;
}

/** So much reading may lie before an engine: whoever comes then waits so long. */
const AHEAD_MS_MIN = 200;
/** And so much where that leaves it with room to spare: it then reads more in each step. */
const AHEAD_MS_MAX = 2000;
const AHEAD_RISE = 1.2;
const AHEAD_FALL = 0.9;
/** Part of its budget from which on its room is worth filling. */
const ROOM_TO_SPARE = 0.05;
/** Looks in a row at which it had room to spare, until reading is what it lacks: filling up takes less. */
const SHORT_LOOKS = 20;
/** So many prompts it may have at any rate, or it would idle between two long ones. */
const PROMPTS_MIN = 2;
/** An 8B model on a small card; a faster one is soon found out. */
const TOKENS_PER_MS_AT_FIRST = 2;
const MEAN_TOKENS_AT_FIRST = 64;
/** Part that the newest prompt has in the mean. */
const NEWEST_PROMPTS_PART = 1 / 8;
const TOKENS_PER_MS_MIN = 0.2;
const TOKENS_PER_MS_MAX = 1000;
/** A first byte is waited for so many times as long as it should take. */
const PATIENCE = 2;
/** What is shorter or less than that makes no measurement. */
const MEASURED_MS_MIN = 200;
const MEASURED_TOKENS_MIN = 256;
/** But what it was given at once and has read already does, if it was so much of what it may be given. */
const MEASURED_PART_MIN = 0.5;
/** Part that the newest measurement has in the pace. */
const NEWEST_PART = 0.2;
const RISE = 1.25;
const FALL = 0.8;
/** As for the target: a few that wait for the next step are no crowd. */
const WAITING_BUFFER = 2;

export const createReading = (): Reading => ({
  sent: new Map(),
  unreadPrompts: 0,
  unreadTokens: 0,
  meanTokens: MEAN_TOKENS_AT_FIRST,
  tokensPerMs: TOKENS_PER_MS_AT_FIRST,
  aheadMs: AHEAD_MS_MIN,
  shortLooks: 0,
  doneAtMs: 0,
  measuredSinceMs: 0,
  measuredTokens: 0,
  surelyTokens: 0,
  wasLimited: false,
  wasMeasured: false,
});

/** A prompt goes to the engine. */
export function sent(reading: Reading, claim: string, promptTokens: number, nowMs: number): void {
  if (reading.unreadPrompts === 0) measureAnew(reading, nowMs);
  reading.doneAtMs = Math.max(reading.doneAtMs, nowMs) + promptTokens / reading.tokensPerMs;
  const untilMs = nowMs + PATIENCE * (reading.doneAtMs - nowMs);
  reading.sent.set(claim, { tokens: promptTokens, sentAtMs: nowMs, untilMs, isUnread: true });
  reading.unreadPrompts += 1;
  reading.unreadTokens += promptTokens;
  reading.meanTokens += (promptTokens - reading.meanTokens) * NEWEST_PROMPTS_PART;
}

/** A stream begins: its prompt was read, and so was all that was sent before. */
export function began(reading: Reading, claim: string, nowMs: number): void {
  if (!reading.sent.has(claim)) return;
  reading.measuredTokens += readUpTo(reading, claim);
  measure(reading, nowMs);
}

/**
 * It has ended: `answered`, so that its prompt was read like all before it, nobody knows when; that tells how fast the
 * engine reads at least. Or otherwise, and perhaps unread.
 */
export function ended(reading: Reading, claim: string, answered: boolean, nowMs: number): void {
  const prompt = reading.sent.get(claim);
  if (prompt === undefined) return;
  if (answered) {
    readUpTo(reading, claim);
    return measure(reading, nowMs);
  }
  reading.sent.delete(claim);
  count(reading, prompt);
}

/** All that was sent until that claim. Answers how many tokens it was. */
function readUpTo(reading: Reading, claim: string): number {
  let tokens = 0;
  for (const [earlier, prompt] of reading.sent) {
    reading.sent.delete(earlier);
    count(reading, prompt);
    tokens += prompt.tokens;
    if (prompt.sentAtMs >= reading.measuredSinceMs) reading.surelyTokens += prompt.tokens;
    if (earlier === claim) break;
  }
  return tokens;
}

/** How many prompts more it may be given now, if they are as long as the last ones. */
export function promptsWanted(
  reading: Reading,
  { roomTokens, budgetTokens }: { readonly roomTokens: number; readonly budgetTokens: number },
  nowMs: number,
): number {
  giveUp(reading, nowMs);
  const aheadTokens = reading.tokensPerMs * reading.aheadMs - reading.unreadTokens;
  const wanted = Math.max(
    0,
    PROMPTS_MIN - reading.unreadPrompts,
    Math.ceil(aheadTokens / Math.max(reading.meanTokens, 1)),
  );
  reading.wasLimited ||= wanted === 0 && roomTokens > budgetTokens * ROOM_TO_SPARE;
  return wanted;
}

/**
 * Takes in how many wait inside the engine: too many, or none although it was held short. Where nobody tells it is given
 * more, too: an engine that idles for want of a word is worse than one that has much to read.
 */
export function looked(reading: Reading, waiting = 0): void {
  const isCrowded = waiting > WAITING_BUFFER;
  const isShort = reading.wasLimited && !isCrowded;
  reading.shortLooks = isShort ? reading.shortLooks + 1 : 0;
  if (!isShort) reading.aheadMs = Math.max(AHEAD_MS_MIN, reading.aheadMs * AHEAD_FALL);
  if (reading.shortLooks > SHORT_LOOKS) reading.aheadMs = Math.min(AHEAD_MS_MAX, reading.aheadMs * AHEAD_RISE);
  if (isCrowded) setPace(reading, reading.tokensPerMs * FALL);
  else if (isShort && waiting === 0 && !reading.wasMeasured) setPace(reading, reading.tokensPerMs * RISE);
  reading.wasLimited = false;
  reading.wasMeasured = false;
}

/** An answer that comes in one piece never tells when it begins. */
function giveUp(reading: Reading, nowMs: number): void {
  for (const prompt of reading.sent.values()) {
    if (!prompt.isUnread) continue;
    if (prompt.untilMs > nowMs) return;
    count(reading, prompt);
  }
}

/** As read: it stands in nobody's way any more. */
function count(reading: Reading, prompt: Prompt): void {
  if (!prompt.isUnread) return;
  prompt.isUnread = false;
  reading.unreadPrompts -= 1;
  reading.unreadTokens -= prompt.tokens;
}

function measure(reading: Reading, nowMs: number): void {
  const { measuredSinceMs, measuredTokens, surelyTokens, tokensPerMs, unreadPrompts } = reading;
  const passedMs = nowMs - measuredSinceMs;
  const readTokens = Math.max(measuredTokens, surelyTokens);
  const isLong = passedMs >= MEASURED_MS_MIN && readTokens >= MEASURED_TOKENS_MIN;
  const isMuch = unreadPrompts === 0 && surelyTokens >= tokensPerMs * reading.aheadMs * MEASURED_PART_MIN;
  if (isLong || isMuch) {
    const isExact = isLong && measuredTokens > 0;
    const read = Math.min((isExact ? readTokens : surelyTokens) / Math.max(passedMs, 1), TOKENS_PER_MS_MAX);
    if (isExact || read > tokensPerMs) {
      setPace(reading, tokensPerMs + NEWEST_PART * (read - tokensPerMs));
      reading.wasMeasured = true;
    }
  }
  if (isLong || unreadPrompts === 0) measureAnew(reading, nowMs);
}

function measureAnew(reading: Reading, nowMs: number): void {
  reading.measuredSinceMs = nowMs;
  reading.measuredTokens = 0;
  reading.surelyTokens = 0;
}

function setPace(reading: Reading, tokensPerMs: number): void {
  reading.tokensPerMs = Math.min(Math.max(tokensPerMs, TOKENS_PER_MS_MIN), TOKENS_PER_MS_MAX);
}
