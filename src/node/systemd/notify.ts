import { type UnixAddress, unixAddress } from './address.ts';
import { type Sent, sendDatagram } from './datagram.ts';
import { type Assignment, datagram, statusOf } from './message.ts';
import { monotonicUsec } from './monotonic.ts';

/**
 * Tells the service manager how this process fares (sd_notify(3)). Every call sends one datagram at once and says
 * whether it went; without a service manager every call does nothing and says it went.
 */
export interface Notifier {
  /** Whether a service manager asked to be told. */
  readonly active: boolean;
  /** How often to call `watchdog`: half of what the service manager waits (sd_watchdog_enabled(3)). */
  readonly watchdogIntervalMs: number | undefined;
  /** Started, or a reload has ended, well or not. */
  ready(status: string): Sent;
  /** A reload begins; `ready` must follow. */
  reloading(status: string): Sent;
  /** Stopping begins; nothing takes it back. */
  stopping(status: string): Sent;
  /** One line for `systemctl status`. */
  status(status: string): Sent;
  /** Still alive. To be called from the event loop it speaks for. */
  watchdog(): Sent;
  /** The start, reload or stop under way gets at least `forMs` more from now on. */
  extendTimeout(forMs: number): Sent;
}

const NOTHING_TO_DO: Sent = { ok: true };

/** What the manager gave this process; children must not see it: a word of theirs would be taken for ours. */
const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * Takes the manager's variables out of `env` (pass `process.env`) and returns what speaks to it. Bun hands a child
 * that is spawned without `env` the environment the process began with, so every child needs its `env` given.
 */
export function createNotifier(env: Record<string, string | undefined>): Notifier {
  const notifySocket = env['NOTIFY_SOCKET'];
  const watchdogIntervalMs = watchdogIntervalOf(env);
  for (const variable of VARIABLES) delete env[variable];
  if (!notifySocket) return speaker(false, undefined, () => NOTHING_TO_DO);

  const address = unixAddress(notifySocket);
  return speaker(true, watchdogIntervalMs, (compose) => send(address, compose));
}

type Send = (compose: () => readonly Assignment[]) => Sent;

function speaker(active: boolean, watchdogIntervalMs: number | undefined, tell: Send): Notifier {
  return {
    active,
    watchdogIntervalMs,
    ready: (status) => tell(() => ['READY=1', statusOf(status)]),
    reloading: (status) => tell(() => ['RELOADING=1', `MONOTONIC_USEC=${monotonicUsec()}`, statusOf(status)]),
    stopping: (status) => tell(() => ['STOPPING=1', statusOf(status)]),
    status: (status) => tell(() => [statusOf(status)]),
    watchdog: () => tell(() => ['WATCHDOG=1']),
    extendTimeout: (forMs) => tell(() => [`EXTEND_TIMEOUT_USEC=${Math.ceil(forMs * 1000)}`]),
  };
}

function send(address: UnixAddress, compose: () => readonly Assignment[]): Sent {
  if (!address.ok) return address;
  try {
    return sendDatagram(address.bytes, datagram(compose()));
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** `WATCHDOG_PID` names the process that is meant; another one's watchdog is not ours to feed. */
function watchdogIntervalOf(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const pid = env['WATCHDOG_PID'];
  if (pid !== undefined && pid !== String(process.pid)) return undefined;
  const usec = Number(env['WATCHDOG_USEC'] ?? 0);
  return Number.isSafeInteger(usec) && usec > 0 ? usec / 2 / 1000 : undefined;
}
