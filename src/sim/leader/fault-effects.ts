import { NO_FAULTS, type PendingFaults, type PendingHolder } from '../faults/pending.ts';
import type { Fault, RunFaultName } from '../faults/table.ts';
import type { CoreProcess } from './core-process.ts';
import { createEngineLog, type EngineLog } from '../log.ts';

/** What faults act on. */
export interface Target extends PendingHolder {
  readonly core: CoreProcess;
  readonly log: EngineLog;
  abortRequests(): void;
  /** SIGKILL to the leader. */
  vanish(): void;
  /** Ends both processes at once. */
  die(code: number): void;
}

/** An engine that takes no time at all would step without end. */
const LEAST_FACTOR = 0.01;

/** Makes a fault happen. */
export function injectFault({ name, amount }: Fault<RunFaultName>, target: Target): void {
  const { core, log } = target;
  const coreLog = createEngineLog('EngineCore', core.pid);
  const pend = (more: Partial<PendingFaults>) => target.setPending({ ...target.pending(), ...more });
  switch (name) {
    case 'crash':
      log.plain('RuntimeError: simulated crash of the API server');
      return target.die(amount);
    case 'exit_zero':
      return target.die(0);
    case 'out_of_memory':
      coreLog.error('core.py:1512', 'EngineCore encountered a fatal error.');
      coreLog.plain('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. (simulated)');
      return target.die(1);
    case 'cuda_fault':
      coreLog.error('core.py:1512', 'EngineCore encountered a fatal error.');
      coreLog.plain('torch.AcceleratorError: CUDA error: an illegal memory access was encountered (simulated)');
      return core.signal('SIGKILL');
    case 'orphan':
      return target.vanish();
    case 'kill_core':
      return core.signal('SIGKILL');
    case 'hang':
      return core.signal('SIGSTOP');
    case 'recover':
      core.signal('SIGCONT');
      core.tell({ is: 'slow', factor: 1 });
      return target.setPending(NO_FAULTS);
    case 'abort_streams':
      return target.abortRequests();
    case 'error_chunk':
      return pend({ errorChunks: amount });
    case 'stall_stream':
      return pend({ stalls: amount });
    case 'never_token':
    case 'nonsense':
    case 'rubbish':
      return pend({ answers: name });
    case 'slow':
      return core.tell({ is: 'slow', factor: Math.max(amount, LEAST_FACTOR) });
    case 'slow_health':
      return pend({ healthDelayMs: amount });
  }
}
