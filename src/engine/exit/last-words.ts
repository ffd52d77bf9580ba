import type { ExitEvidence } from './evidence.ts';
import { complaints, sinceServing } from './log-text.ts';

/** Of several versions: 0.32 warns only that its core "exited unexpectedly" (vllm/v1/engine/core_client.py). */
const CORE_DEAD =
  /EngineDeadError|EngineCore encountered (?:a fatal error|an issue)|Engine core proc(?:ess)? .* died|engine core exited unexpectedly|Worker ?[Pp]roc .* died/;

/** A core that was gone before it could say why: one that fails by itself says `EngineCore failed to start.` first. */
const CORE_GONE = 'Engine core initialization failed';
const CORE_FAILED = 'EngineCore failed to start';

/** Whether the log tells of the core's death; why, it mostly does not. */
export function tellsOfDeadCore(evidence: ExitEvidence): boolean {
  const text = sinceServing(evidence).join('\n');
  return CORE_DEAD.test(text) || (text.includes(CORE_GONE) && !text.includes(CORE_FAILED));
}

/** Only a signal makes it say so; a server whose core died ends without (vllm/entrypoints/launchers/launcher.py). */
const ASKED_TO_LEAVE = /API server: shutdown triggered|shutting down FastAPI HTTP server/i;

/** Whether the log tells of a polite end that somebody asked for. */
export function tellsOfRequest(evidence: ExitEvidence): boolean {
  return sinceServing(evidence).some((line) => ASKED_TO_LEAVE.test(line));
}

/** Python's multiprocessing tells a signal as a negative exit code. */
const SIGNALLED = /(?:died unexpectedly \(exit code: |Failed core proc\(s\): \{'[^']{1,100}': )-(\d+)/;

/** The signal that a core or worker died of, where the log tells one: `signal 9`. */
export function coreSignal(evidence: ExitEvidence): string | undefined {
  const [, number] = SIGNALLED.exec(sinceServing(evidence).join('\n')) ?? [];
  return number === undefined ? undefined : `signal ${number}`;
}

/** Python's last words before those that only follow. */
const RAISED = /(?:^|[\s\]])([\w.]{0,200}(?:Error|Exception)): ([^\n]+)/g;
const FOLLOWS = /EngineDeadError|Engine core initialization failed/;

/** Longest quotation in an advice. */
const QUOTE_CHARS_MAX = 200;

/** The exception that an engine ended with, as it was raised first. */
export function lastException(evidence: ExitEvidence): string | undefined {
  return lastRaised(complaints(evidence));
}

/** As vLLM begins the lines of the processes behind its API server. */
const OF_THE_CORE = /^\((?:EngineCore|Vllm ?Worker|Worker)/;

/** The same of its core or workers: the API server also logs what was wrong with requests. */
export function coreException(evidence: ExitEvidence): string | undefined {
  const lines = complaints(evidence).split('\n');
  return lastRaised(lines.filter((line) => OF_THE_CORE.test(line)).join('\n'));
}

function lastRaised(text: string): string | undefined {
  const raised = [...text.matchAll(RAISED)].map(([, type, words]) => `${type}: ${words?.trim()}`);
  return raised.findLast((it) => !FOLLOWS.test(it))?.slice(0, QUOTE_CHARS_MAX);
}
