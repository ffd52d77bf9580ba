import type { Fleet, ReplicaStatus } from '../supervisor/index.ts';
import type { Clock, Log } from '../telemetry/index.ts';
import type { Notifier, Sent } from './systemd/index.ts';

/** While something slow goes on, systemd is asked for this much more time at every beat of the watchdog. */
const EXTENSION_MS = 60_000;

/** What systemd hears of this node. Nothing is said where there is no systemd. */
export interface ServiceManager {
  /** The gateway and the control socket listen. */
  ready(): void;
  /** A reload began; the returned function says that it ended, however it did. */
  reloading(): () => void;
  /** The node stops, which takes up to `withinMs`. */
  stopping(withinMs: number): void;
  /** Stops feeding the watchdog. */
  close(): void;
}

/** Keeps systemd told: status at every transition of the fleet, the watchdog from the event loop. */
export function createServiceManager(notifier: Notifier, fleet: Fleet, clock: Clock, log: Log): ServiceManager {
  let reloads = 0;
  const tell = (sent: Sent): void => {
    if (!sent.ok) log.warn({ reason: sent.message }, 'systemd was not told');
  };
  const ignore = fleet.onTransition(() => tell(notifier.status(describeFleet(fleet))));
  const stopBeating = beat(notifier.watchdogIntervalMs, clock, () => {
    tell(notifier.watchdog());
    if (reloads > 0) tell(notifier.extendTimeout(EXTENSION_MS));
  });
  return {
    ready: () => tell(notifier.ready(describeFleet(fleet))),
    reloading() {
      reloads += 1;
      tell(notifier.reloading('reloading'));
      return () => {
        reloads -= 1;
        tell(notifier.ready(describeFleet(fleet)));
      };
    },
    stopping(withinMs) {
      tell(notifier.stopping('draining'));
      tell(notifier.extendTimeout(withinMs));
    },
    close() {
      stopBeating();
      ignore();
    },
  };
}

function beat(intervalMs: number | undefined, clock: Clock, tick: () => void): () => void {
  if (intervalMs === undefined) return () => undefined;
  let cancel = clock.after(intervalMs, again);
  function again(): void {
    tick();
    cancel = clock.after(intervalMs ?? 0, again);
  }
  return () => cancel();
}

/** `3/4 replicas ready; light-1: starting (loading 3/5)`: systemd's STATUS= and `systemctl status`. */
function describeFleet(fleet: Pick<Fleet, 'replicas'>): string {
  const replicas = fleet.replicas();
  const others = replicas.filter((it) => it.state !== 'ready');
  const ready = `${replicas.length - others.length}/${replicas.length} replicas ready`;
  return [ready, ...others.map(describeReplica)].join('; ');
}

function describeReplica({ name, state, phase, progress }: ReplicaStatus): string {
  if (phase === undefined) return `${name}: ${state}`;
  return progress === undefined
    ? `${name}: ${state} (${phase})`
    : `${name}: ${state} (${phase} ${progress.done}/${progress.total})`;
}
