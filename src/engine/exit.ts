import { BEFORE_SERVING, RETRY, type ExitCause } from './exit-cause.ts';
import { LOG_SIGNS } from './log-signs.ts';

/** What is known when an engine has ended by itself. Where we ended it, for a hang or a slow start, we know why. */
export interface ExitEvidence {
  readonly code: number | null;
  /** `SIGKILL` and the like. */
  readonly signal: string | null;
  /** Its last lines of output, oldest first. */
  readonly logTail: readonly string[];
  readonly whileIn: 'starting' | 'serving';
}

/** What to make of an exit. */
export interface ExitClass {
  readonly cause: ExitCause;
  /** One line for an operator: what to do next. */
  readonly advice: string;
  /** Whether the same start may go better next time. */
  readonly retry: boolean;
  /** What told it. A word of the log is worth more than what was thought of the engine from outside. */
  readonly from: 'log' | 'signal' | 'code';
}

type Reading = Pick<ExitClass, 'cause' | 'advice'>;

/** Reads an exit from what the log says, then from the signal, then from the code, which alone means nothing. */
export function classifyExit(exit: ExitEvidence): ExitClass {
  const log = fromLog(exit);
  if (log !== undefined) return { ...log, retry: RETRY[log.cause], from: 'log' };
  const signal = fromSignal(exit.signal);
  if (signal !== undefined) return { ...signal, retry: RETRY[signal.cause], from: 'signal' };
  const code = fromCode(exit);
  return { ...code, retry: RETRY[code.cause], from: 'code' };
}

function fromLog({ logTail, whileIn }: ExitEvidence): Reading | undefined {
  const text = logTail.join('\n');
  for (const { cause, sign, advice } of LOG_SIGNS) {
    if (whileIn === 'serving' && BEFORE_SERVING.has(cause)) continue;
    const found = sign.exec(text);
    if (found !== null) return { cause, advice: advice(found) };
  }
  return undefined;
}

const OWN_MAKING = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

function fromSignal(signal: string | null): Reading | undefined {
  if (signal === null) return undefined;
  if (OWN_MAKING.has(signal)) {
    return { cause: 'crashed', advice: `It crashed with ${signal}; look at the last lines of its log.` };
  }
  const kernel = signal === 'SIGKILL' ? ', perhaps by the kernel for want of host memory (`journalctl -k`)' : '';
  return { cause: 'killed', advice: `It was ended from outside by ${signal}${kernel}.` };
}

/** What a shell exits with that cannot run a command, or not find it or its `#!` interpreter (POSIX sh, 2.8.2). */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;

function fromCode({ code, whileIn }: ExitEvidence): Reading {
  const told = whileIn === 'starting' ? fromStartCode(code) : fromServingCode(code);
  return told ?? { cause: 'unknown', advice: `It exited with ${code}; look at the last lines of its log.` };
}

function fromStartCode(code: number | null): Reading | undefined {
  if (code === 2) return { cause: 'bad_flag', advice: 'Its command line was refused; see its log for the argument.' };
  if (code === NOT_FOUND) {
    const advice =
      'vllm, or the Python it runs on, is gone; run scripts/install-vllm.sh, or correct engine.executable.';
    return { cause: 'not_executable', advice };
  }
  if (code === CANNOT_RUN) {
    return {
      cause: 'not_executable',
      advice: 'engine.executable is no program that this user may run; try `chmod +x`.',
    };
  }
  return undefined;
}

function fromServingCode(code: number | null): Reading | undefined {
  if (code !== 0) return undefined;
  return { cause: 'engine_core_died', advice: 'It left by itself, which it does when its core dies.' };
}
