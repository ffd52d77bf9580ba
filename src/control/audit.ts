import type { OperationResult } from '../supervisor/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Caller } from './caller.ts';

/** Puts one change that somebody asked for on record: that it began, and how it ended. */
export interface Auditor {
  /** `request`: what was asked for beyond the path. */
  began(request?: object): void;
  ended(result: OperationResult): void;
}

/**
 * Lines of the log with `audit: "control"`: one when a change is asked for, so that it stands there even where it ends the
 * program, and one with its result.
 */
export function createAuditor(log: Pick<Log, 'info'>, caller: Caller, action: string): Auditor {
  const { via, peer, address } = caller;
  const who = { audit: 'control', action, via, ...peer, ...(address === undefined ? {} : { address }) };
  return {
    began: (request) => log.info({ ...who, ...(request === undefined ? {} : { request }) }, 'asked for'),
    ended: (result) => log.info({ ...who, ok: result.ok, ...(result.ok ? {} : { message: result.message }) }, 'ended'),
  };
}

/** What a route that only reads is given. */
export const noAudit: Auditor = { began: () => undefined, ended: () => undefined };
