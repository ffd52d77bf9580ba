import type { OperationResult, OutputLine, Progress, Transition } from '../supervisor/index.ts';
import type {
  FindingReport,
  NodeReport,
  OperationEvent,
  QuarantineReport,
  QueueReport,
  ReplicaOperation,
} from './api.ts';
import { askNode } from './ask.ts';
import type { ChangeEnding, ReloadPreview, RolloutOperation, RolloutReport, SwapRequest } from './changes.ts';
import type { EvalEnding, EvalRequest } from './eval.ts';

/** Which lines of output to read. */
export interface OutputQuery {
  readonly replica: string | undefined;
  readonly lines: number | undefined;
  readonly follow: boolean;
}

/** What of the queue to read. */
export interface QueueQuery {
  readonly pool: string | undefined;
  /** Most waiting requests told one by one. */
  readonly tickets: number | undefined;
}

/**
 * A node's control socket, from the outside. Every method throws `NoNodeError` where nobody listens, and `NoPermissionError`
 * where this user may not ask for that.
 */
export interface ControlClient {
  status(): Promise<NodeReport>;
  previewReload(): Promise<ReloadPreview>;
  reload(progress: Progress): Promise<ChangeEnding | LostEnding>;
  swap(request: SwapRequest, progress: Progress): Promise<ChangeEnding | LostEnding>;
  /** Null before the first one. */
  rollout(): Promise<RolloutReport | null>;
  steerRollout(operation: RolloutOperation): Promise<OperationResult>;
  operate(operation: ReplicaOperation, replica: string, progress: Progress): Promise<OperationResult>;
  /** The last transitions of a replica, oldest first. */
  history(replica: string): Promise<readonly Transition[]>;
  quarantined(): Promise<readonly QuarantineReport[]>;
  /** Answers how many there were. */
  release(fingerprint: string): Promise<number>;
  /** Throws where there is no such pool. */
  queue(query: QueueQuery): Promise<readonly QueueReport[]>;
  auditQueue(): Promise<readonly FindingReport[]>;
  /** Says whether there was such a request. */
  cancelRequest(id: string): Promise<boolean>;
  /** Asks replicas a set of prompts; leaving ends it. */
  evaluate(request: EvalRequest, progress: Progress): Promise<EvalEnding>;
  output(query: OutputQuery): AsyncIterable<OutputLine>;
}

/** Connects lazily: one connection a call. */
export function createControlClient(socketPath: string): ControlClient {
  const call = (method: 'GET' | 'POST', path: string) => askNode(socketPath, method, path);
  return {
    status: async () => (await (await call('GET', '/status')).json()) as NodeReport,
    previewReload: async () => (await (await call('GET', '/reload')).json()) as ReloadPreview,
    reload: async (progress) => resultOf<ChangeEnding>(await call('POST', '/reload'), progress),
    swap: async (request, progress) =>
      resultOf<ChangeEnding>(await askNode(socketPath, 'POST', '/swap', request), progress),
    rollout: async () => (await (await call('GET', '/rollout')).json()) as RolloutReport | null,
    steerRollout: async (operation) => (await (await call('POST', `/rollout/${operation}`)).json()) as OperationResult,
    operate: async (operation, replica, progress) =>
      resultOf<OperationResult>(await call('POST', `/replicas/${encodeURIComponent(replica)}/${operation}`), progress),
    history: async (replica) =>
      (await (await call('GET', `/replicas/${encodeURIComponent(replica)}/history`)).json()) as readonly Transition[],
    quarantined: async () => (await (await call('GET', '/quarantine')).json()) as readonly QuarantineReport[],
    release: async (fingerprint) =>
      (await (await call('POST', `/quarantine/${encodeURIComponent(fingerprint)}/release`)).json()) as number,
    queue: async ({ pool, tickets }) => {
      const search = new URLSearchParams();
      if (pool !== undefined) search.set('pool', pool);
      if (tickets !== undefined) search.set('tickets', String(tickets));
      return (await (await call('GET', `/queue?${search.toString()}`)).json()) as readonly QueueReport[];
    },
    auditQueue: async () => (await (await call('GET', '/queue/audit')).json()) as readonly FindingReport[],
    cancelRequest: async (id) =>
      (await (await call('POST', `/queue/${encodeURIComponent(id)}/cancel`)).json()) as boolean,
    evaluate: async (request, progress) =>
      resultOf<EvalEnding>(await askNode(socketPath, 'POST', '/eval', request), progress),
    async *output(query) {
      const search = new URLSearchParams(query.follow ? { follow: '1' } : {});
      if (query.replica !== undefined) search.set('replica', query.replica);
      if (query.lines !== undefined) search.set('lines', String(query.lines));
      yield* readLines<OutputLine>(await call('GET', `/output?${search.toString()}`));
    },
  };
}

/** The node went away before it told a result. */
type LostEnding = Extract<OperationResult, { readonly ok: false }>;

/** Tells the news of an operation as it comes; its result. */
async function resultOf<T>(response: Response, progress: Progress): Promise<T | LostEnding> {
  for await (const event of readLines<OperationEvent<T>>(response)) {
    if ('result' in event) return event.result;
    progress(event.progress);
  }
  return { ok: false, message: 'the node went away before the operation ended; see `ssw-infer status`' };
}

async function* readLines<T>(response: Response): AsyncGenerator<T> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T; // an empty one is a sign of life
  }
}
