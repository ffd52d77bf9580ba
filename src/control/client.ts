import type { OperationResult, OutputLine, Progress, Transition } from '../supervisor/index.ts';
import {
  CONTROL_API,
  type FindingReport,
  type NodeReport,
  type OperationEvent,
  type QuarantineReport,
  type QueueReport,
  type ReloadPreview,
  type ReplicaOperation,
} from './api.ts';

/** No node listens on the socket. */
export class NoNodeError extends Error {
  override readonly name = 'NoNodeError';
}

/** The node has no Redis to ask at the moment. */
export class NoRedisError extends Error {
  override readonly name = 'NoRedisError';
}

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

/** A node's control socket, from the outside. Every method throws `NoNodeError` where nobody listens. */
export interface ControlClient {
  status(): Promise<NodeReport>;
  previewReload(): Promise<ReloadPreview>;
  reload(progress: Progress): Promise<OperationResult>;
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
  output(query: OutputQuery): AsyncIterable<OutputLine>;
}

/** Connects lazily: one connection a call. */
export function createControlClient(socketPath: string): ControlClient {
  const call = (method: 'GET' | 'POST', path: string) => ask(socketPath, method, path);
  return {
    status: async () => (await (await call('GET', '/status')).json()) as NodeReport,
    previewReload: async () => (await (await call('GET', '/reload')).json()) as ReloadPreview,
    reload: async (progress) => operationResult(await call('POST', '/reload'), progress),
    operate: async (operation, replica, progress) =>
      operationResult(await call('POST', `/replicas/${encodeURIComponent(replica)}/${operation}`), progress),
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
    async *output(query) {
      const search = new URLSearchParams(query.follow ? { follow: '1' } : {});
      if (query.replica !== undefined) search.set('replica', query.replica);
      if (query.lines !== undefined) search.set('lines', String(query.lines));
      yield* readLines<OutputLine>(await call('GET', `/output?${search.toString()}`));
    },
  };
}

async function ask(socketPath: string, method: 'GET' | 'POST', path: string): Promise<Response> {
  let response: Response;
  try {
    // `timeout: false`: a reload may be silent for longer than fetch's idle limit of five minutes.
    response = await fetch(`http://localhost${CONTROL_API}${path}`, { unix: socketPath, method, timeout: false });
  } catch (cause) {
    if (isRefused(cause))
      throw new NoNodeError(`no ssw-infer node answers on ${socketPath}; is it running, under the same user?`, {
        cause,
      });
    throw new Error(`the node on ${socketPath} broke off; see its log`, { cause });
  }
  if (response.ok) return response;
  const said = messageIn(await response.text());
  if (response.status === 503) throw new NoRedisError(said);
  throw new Error(`the node answered ${response.status}: ${said}`);
}

/** The node's own words, where there are some. */
function messageIn(text: string): string {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === 'object' && said !== null && 'message' in said) return String(said.message);
  } catch {
    // not the node's JSON: shown as it is
  }
  return text;
}

/** Nobody listens, or there is no such socket, or it may not be opened. */
function isRefused(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return (
    code === 'ENOENT' ||
    code === 'ECONNREFUSED' ||
    code === 'EACCES' ||
    code === 'FailedToOpenSocket' ||
    code === 'ConnectionRefused'
  );
}

async function operationResult(response: Response, progress: Progress): Promise<OperationResult> {
  for await (const event of readLines<OperationEvent>(response)) {
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
