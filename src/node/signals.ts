/** What the node does on each signal. */
interface SignalActions {
  /** SIGTERM, SIGINT: first drain, then, at the second, stop at once. */
  readonly stop: () => void;
  /** SIGHUP. */
  readonly reload: () => void;
  /** SIGUSR1. */
  readonly dumpState: () => void;
  /** SIGUSR2. */
  readonly reopenLogs: () => void;
}

/** Takes the process's signals until the returned function gives them back. */
export function listenToSignals(actions: SignalActions): () => void {
  const handlers: readonly [NodeJS.Signals, () => void][] = [
    ['SIGTERM', actions.stop],
    ['SIGINT', actions.stop],
    ['SIGHUP', actions.reload],
    ['SIGUSR1', actions.dumpState],
    ['SIGUSR2', actions.reopenLogs],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
