import { constants } from 'node:os';
import type { ExitCause } from './cause.ts';
import type { ExitEvidence, Reading } from './evidence.ts';

const OWN_MAKING = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

/** What we end an engine for; who asked for it knows more. */
const SEEN: Partial<Readonly<Record<ExitCause, string>>> = {
  stalled: 'It was ended because tokens were owed and none came; see its last lines with `ssw-infer logs`.',
  unresponsive: 'It was ended because its API did not answer; see its last lines with `ssw-infer logs`.',
  unreachable: 'It was ended because nobody listened where it should; see its last lines with `ssw-infer logs`.',
  internal_error: 'It was ended because the supervisor failed at a step of its life; see the log of ssw-infer.',
  start_timed_out: 'It was ended because its start made no progress; raise phase_timeout_s if it only needs longer.',
  engine_core_died: 'Its engine core died and said nothing of it; see its last lines with `ssw-infer logs`.',
  asked: 'Nothing to do: it was asked to stop.',
};

/** What we ended it for, where that was it. */
export function fromUs({ seen }: ExitEvidence): Reading | undefined {
  const advice = seen === undefined ? undefined : SEEN[seen];
  return seen === undefined || advice === undefined ? undefined : { cause: seen, advice };
}

/** A signal that ended it, also where the shell around it told so by a code above 128 (POSIX sh, 2.8.2). */
export function fromSignal({ signal, code }: ExitEvidence): Reading | undefined {
  const name = signal ?? signalOf(code);
  if (name === undefined) return undefined;
  if (OWN_MAKING.has(name)) {
    return { cause: 'crashed', advice: `It crashed with ${name}; look at the last lines of its log.` };
  }
  const kernel = name === 'SIGKILL' ? ', perhaps by the kernel for want of host memory (`journalctl -k`)' : '';
  return { cause: 'killed', advice: `It was ended from outside by ${name}${kernel}.` };
}

function signalOf(code: number | null): string | undefined {
  if (code === null || code <= 128) return undefined;
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
}

/** What a shell exits with that cannot run a command, or not find it or its `#!` interpreter (POSIX sh, 2.8.2). */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;

/** The exit code, which means little: 0 is the death of a core (vllm#48966). */
export function fromCode(evidence: ExitEvidence): Reading | undefined {
  return evidence.whileIn === 'starting' ? fromStartCode(evidence.code) : fromServingCode(evidence.code);
}

function fromStartCode(code: number | null): Reading | undefined {
  if (code === 2) return { cause: 'bad_flag', advice: 'Its command line was refused; see its log for the argument.' };
  if (code === NOT_FOUND) {
    const advice =
      'There is no vllm, or not the Python it runs on; run scripts/install-vllm.sh, or correct engine.executable.';
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
