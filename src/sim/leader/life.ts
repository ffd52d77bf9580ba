/** Where the API server is in its life. What vLLM does with signals is in each state's comment. */
export type Life =
  /** One SIGTERM is swallowed and the start then never ends; a second one ends it as if by Ctrl-C. */
  | { readonly in: 'starting'; readonly swallowed: boolean }
  | { readonly in: 'serving'; readonly coreEnding: boolean }
  /** SIGTERM came; a moment passes in which the core may say that the signal went to the whole group. */
  | { readonly in: 'interrupted'; readonly coreEnding: boolean }
  | { readonly in: 'draining' }
  /** The core is gone: /health says 503 until the watchdog ends the server (vllm/entrypoints/launcher.py). */
  | { readonly in: 'engine_dead' }
  /** The engine was taken from under open streams: they fall silent, and the server waits for the clients to leave. */
  | { readonly in: 'waiting_for_clients' }
  | { readonly in: 'gone' };

export type LifeEvent =
  | { readonly on: 'terminate' } // SIGTERM or SIGINT
  | { readonly on: 'core_ready' }
  | { readonly on: 'core_ending' } // the core got a SIGTERM of its own
  | { readonly on: 'core_exited' }
  | { readonly on: 'moment_over' }
  | { readonly on: 'idle' } // the last request in flight ended
  | { readonly on: 'drain_over' }
  | { readonly on: 'watchdog' }
  | { readonly on: 'clients_gone' };

export type LifeEffect =
  | { readonly do: 'listen' }
  | { readonly do: 'wait'; readonly for: 'moment_over' | 'drain_over' | 'watchdog' }
  | { readonly do: 'abort_requests' } // they end with finish_reason "abort"
  | { readonly do: 'fail_requests' } // they end with an error
  | { readonly do: 'kill_core' }
  | { readonly do: 'stop_listening' } // then tells when the last client left
  | { readonly do: 'report_start_failure' }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'exit_by_interrupt' };

/** What a decision may look at besides the state. */
export interface LifeFacts {
  readonly inFlight: number;
  readonly drains: boolean; // --shutdown-timeout above 0
}

export interface LifeStep {
  readonly life: Life;
  readonly effects: readonly LifeEffect[];
}

/**
 * What happens to a vLLM server, as measured on 0.32.0: the exit code is 0 even when the engine died (vllm#48966), and
 * a SIGTERM that reaches the whole group leaves the server waiting for streams that never end (vllm#50529).
 */
export function live(life: Life, event: LifeEvent, facts: LifeFacts): LifeStep {
  switch (life.in) {
    case 'starting':
      return whileStarting(life, event);
    case 'serving':
      return whileServing(life, event);
    case 'interrupted':
      return whileInterrupted(life, event, facts);
    case 'draining':
      return whileDraining(life, event);
    case 'engine_dead':
      return event.on === 'watchdog' || event.on === 'terminate' ? exit(0) : stay(life);
    case 'waiting_for_clients':
      return event.on === 'clients_gone' ? exit(0) : stay(life);
    case 'gone':
      break;
  }
  return stay(life);
}

const stay = (life: Life): LifeStep => ({ life, effects: [] });
const exit = (code: number): LifeStep => ({
  life: { in: 'gone' },
  effects: [{ do: 'kill_core' }, { do: 'exit', code }],
});

function whileStarting(life: Life & { in: 'starting' }, event: LifeEvent): LifeStep {
  if (event.on === 'terminate' && life.swallowed)
    return { life: { in: 'gone' }, effects: [{ do: 'kill_core' }, { do: 'exit_by_interrupt' }] };
  if (event.on === 'terminate') return stay({ ...life, swallowed: true });
  if (life.swallowed) return stay(life);
  if (event.on === 'core_ready') return { life: { in: 'serving', coreEnding: false }, effects: [{ do: 'listen' }] };
  if (event.on === 'core_exited')
    return { life: { in: 'gone' }, effects: [{ do: 'report_start_failure' }, { do: 'exit', code: 1 }] };
  return stay(life);
}

function whileServing(life: Life & { in: 'serving' }, event: LifeEvent): LifeStep {
  if (event.on === 'core_ending') return stay({ ...life, coreEnding: true });
  if (event.on === 'core_exited')
    return { life: { in: 'engine_dead' }, effects: [{ do: 'fail_requests' }, { do: 'wait', for: 'watchdog' }] };
  if (event.on === 'terminate')
    return { life: { in: 'interrupted', coreEnding: life.coreEnding }, effects: [{ do: 'wait', for: 'moment_over' }] };
  return stay(life);
}

function whileInterrupted(life: Life & { in: 'interrupted' }, event: LifeEvent, facts: LifeFacts): LifeStep {
  if (event.on === 'core_ending') return stay({ ...life, coreEnding: true });
  if (event.on !== 'moment_over') return stay(life);
  if (facts.inFlight === 0) return exit(0);
  if (facts.drains) return { life: { in: 'draining' }, effects: [{ do: 'wait', for: 'drain_over' }] };
  return life.coreEnding ? abandonClients() : abort();
}

function whileDraining(life: Life, event: LifeEvent): LifeStep {
  if (event.on === 'idle') return exit(0);
  if (event.on === 'drain_over') return abandonClients();
  if (event.on === 'terminate') return abort();
  if (event.on === 'core_exited')
    return { life: { in: 'gone' }, effects: [{ do: 'fail_requests' }, { do: 'exit', code: 0 }] };
  return stay(life);
}

const abort = (): LifeStep => ({
  life: { in: 'gone' },
  effects: [{ do: 'abort_requests' }, { do: 'kill_core' }, { do: 'exit', code: 0 }],
});

const abandonClients = (): LifeStep => ({
  life: { in: 'waiting_for_clients' },
  effects: [{ do: 'kill_core' }, { do: 'stop_listening' }],
});
