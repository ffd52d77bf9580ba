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
  /** Since when the pace is measured, and what was read since. */
  measuredSinceMs: number;
  measuredTokens: number;
  /** Since the last look at its load: it would have been given more; its pace was measured. */
  wasLimited: boolean;
  wasMeasured: boolean;
}

interface Prompt {
  readonly tokens: number;
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
/** Looks in a row at which it had room to spare, until reading is what it lacks: filling up takes less. */
const SHORT_LOOKS = Number(process.env.SL ?? 20);
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
  wasLimited: false,
  wasMeasured: false,
});

/** A prompt goes to the engine. */
export function sent(reading: Reading, claim: string, promptTokens: number, nowMs: number): void {
  if (reading.unreadPrompts === 0) measureAnew(reading, nowMs);
  reading.doneAtMs = Math.max(reading.doneAtMs, nowMs) + promptTokens / reading.tokensPerMs;
  const untilMs = nowMs + PATIENCE * (reading.doneAtMs - nowMs);
  reading.sent.set(claim, { tokens: promptTokens, untilMs, isUnread: true });
  reading.unreadPrompts += 1;
  reading.unreadTokens += promptTokens;
  reading.meanTokens += (promptTokens - reading.meanTokens) * NEWEST_PROMPTS_PART;
}

/** A stream begins: its prompt was read, and so was all that was sent before. */
export function began(reading: Reading, claim: string, nowMs: number): void {
  if (!reading.sent.has(claim)) return;
  for (const [earlier, prompt] of reading.sent) {
    reading.sent.delete(earlier);
    count(reading, prompt);
    reading.measuredTokens += prompt.tokens;
    if (earlier === claim) break;
  }
  measure(reading, nowMs);
}

/** It has ended, however and whenever its prompt was read. */
export function ended(reading: Reading, claim: string): void {
  const prompt = reading.sent.get(claim);
  if (prompt === undefined) return;
  reading.sent.delete(claim);
  count(reading, prompt);
}

/** How many prompts more it may be given now, if they are as long as the last ones. */
export function promptsWanted(reading: Reading, hasMuchRoom: boolean, nowMs: number): number {
  giveUp(reading, nowMs);
  const roomTokens = reading.tokensPerMs * reading.aheadMs - reading.unreadTokens;
  const wanted = Math.max(
    0,
    PROMPTS_MIN - reading.unreadPrompts,
    Math.ceil(roomTokens / Math.max(reading.meanTokens, 1)),
  );
  reading.wasLimited ||= wanted === 0 && hasMuchRoom;
  return wanted;
}

/**
 * Takes in how many wait inside the engine: too many, or none although it was held short. The latter counts only where
 * nothing was measured, as with answers that come in one piece.
 */
export function looked(reading: Reading, waiting: number | undefined): void {
  const { tokensPerMs, wasLimited, wasMeasured, aheadMs } = reading;
  reading.shortLooks = wasLimited && waiting !== undefined && waiting <= WAITING_BUFFER ? reading.shortLooks + 1 : 0;
  if (reading.shortLooks === 0) reading.aheadMs = Math.max(AHEAD_MS_MIN, aheadMs * AHEAD_FALL);
  if (reading.shortLooks > SHORT_LOOKS) reading.aheadMs = Math.min(AHEAD_MS_MAX, aheadMs * AHEAD_RISE);
  if (waiting !== undefined && waiting > WAITING_BUFFER) setPace(reading, tokensPerMs * FALL);
  else if (waiting === 0 && wasLimited && !wasMeasured) setPace(reading, tokensPerMs * RISE);
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
  const { measuredSinceMs, measuredTokens, tokensPerMs, unreadPrompts } = reading;
  const passedMs = nowMs - measuredSinceMs;
  const isEnough = passedMs >= MEASURED_MS_MIN && measuredTokens >= MEASURED_TOKENS_MIN;
  if (isEnough) {
    setPace(reading, tokensPerMs + NEWEST_PART * (measuredTokens / passedMs - tokensPerMs));
    reading.wasMeasured = true;
  }
  if (isEnough || unreadPrompts === 0) measureAnew(reading, nowMs);
}

function measureAnew(reading: Reading, nowMs: number): void {
  reading.measuredSinceMs = nowMs;
  reading.measuredTokens = 0;
}

function setPace(reading: Reading, tokensPerMs: number): void {
  reading.tokensPerMs = Math.min(Math.max(tokensPerMs, TOKENS_PER_MS_MIN), TOKENS_PER_MS_MAX);
}
