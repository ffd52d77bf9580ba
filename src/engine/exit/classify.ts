import { cardFault, cardLost } from './card-fault.ts';
import type { ExitCause } from './cause.ts';
import type { ExitEvidence, Reading } from './evidence.ts';
import { killedForMemory, perhapsKilledForMemory } from './host-memory.ts';
import { coreException, coreSignal, lastException, tellsOfDeadCore, tellsOfRequest } from './last-words.ts';
import { cardComplaint, lastResort, refusedStart } from './log-signs.ts';
import { EXIT_RULES, type ExitRule } from './rules.ts';
import { fromCode, fromSignal, fromUs } from './silent.ts';

/** What to make of an exit. */
export interface ExitClass extends ExitRule {
  readonly cause: ExitCause;
  /** One line for an operator: what to do next. */
  readonly advice: string;
  /**
   * What told it. A word of the log or the kernel outranks what was thought of the engine from outside; signal and
   * code do not, which may come of our own SIGKILL.
   */
  readonly from: 'log' | 'kernel' | 'signal' | 'code';
}

/**
 * Reads an exit, root causes first: what a start refused, what the kernel and the card tell of, what the log says of the
 * card, that the core is dead, and last the signal and the code, which alone mean little.
 */
export function classifyExit(exit: ExitEvidence): ExitClass {
  const isCoreDead = tellsOfDeadCore(exit) || exit.seen === 'engine_core_died' || leftByItself(exit);
  return (
    as('log', refusedStart(exit)) ??
    as('kernel', killedForMemory(exit) ?? cardLost(exit)) ??
    as('log', cardComplaint(exit) ?? lastResort(exit)) ??
    as('kernel', cardFault(exit) ?? perhapsKilledForMemory(exit, isCoreDead)) ??
    as('log', deadCore(exit)) ??
    as('signal', fromUs(exit) ?? fromSignal(exit) ?? leftOnRequest(exit)) ??
    as('code', fromCode(exit)) ??
    toClass('code', unknown(exit))
  );
}

function as(from: ExitClass['from'], reading: Reading | undefined): ExitClass | undefined {
  return reading === undefined ? undefined : toClass(from, reading);
}

function toClass(from: ExitClass['from'], reading: Reading): ExitClass {
  const advice = reading.advice.charAt(0).toUpperCase() + reading.advice.slice(1);
  return { cause: reading.cause, advice, ...EXIT_RULES[reading.cause], from };
}

/** vLLM exits with 0 when its core has died (vllm#48966), and otherwise only when a signal asked it to. */
function leftByItself(exit: ExitEvidence): boolean {
  return exit.whileIn === 'serving' && exit.code === 0 && !tellsOfRequest(exit);
}

function leftOnRequest(exit: ExitEvidence): Reading | undefined {
  if (exit.code !== 0 || !tellsOfRequest(exit)) return undefined;
  const advice = 'It shut down politely, with code 0: somebody else sent it SIGTERM or SIGINT; find out who.';
  return { cause: 'killed', advice };
}

function deadCore(exit: ExitEvidence): Reading | undefined {
  if (!tellsOfDeadCore(exit)) return undefined;
  const exception = coreException(exit);
  if (exception !== undefined) return { cause: 'engine_core_died', advice: `Its engine core died of "${exception}".` };
  const how = coreSignal(exit) ?? 'nothing it told of';
  return { cause: 'engine_core_died', advice: `Its engine core died of ${how}; see \`journalctl -k\`.` };
}

function unknown(exit: ExitEvidence): Reading {
  const exception = lastException(exit);
  const said = exception === undefined ? '; look at the last lines of its log' : ` and said "${exception}"`;
  return { cause: 'unknown', advice: `It exited with ${exit.code}${said}.` };
}
