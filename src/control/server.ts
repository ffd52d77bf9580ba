import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { OperationResult, Progress } from '../supervisor/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { CONTROL_API, REPLICA_OPERATIONS, type ControlHandler, type OperationEvent } from './api.ts';
import { streamLines } from './lines.ts';
import { followOutput } from './output.ts';

/** Owner and group may speak to the node; nobody else (contract: 0660). */
const SOCKET_MODE = 0o660;

/** The control socket while it is open. */
export interface ControlServer {
  /** Closes the socket and removes its file. */
  stop(): Promise<void>;
}

/**
 * Serves `handler` as JSON over HTTP on a unix socket. A stale socket file is replaced. Throws where another node answers
 * on it, or where it is no socket but somebody's file.
 */
export async function startControlServer(
  socketPath: string,
  handler: ControlHandler,
  clock: Clock,
): Promise<ControlServer> {
  mkdirSync(dirname(socketPath), { recursive: true });
  await clearStale(socketPath);
  const server = Bun.serve({
    unix: socketPath,
    development: false,
    routes: {
      [`${CONTROL_API}/status`]: { GET: async () => Response.json(await handler.status()) },
      [`${CONTROL_API}/reload`]: {
        GET: async () => Response.json(await handler.previewReload()),
        POST: () => streamOperation(clock, (progress) => handler.reload(progress)),
      },
      [`${CONTROL_API}/replicas/:name/:operation`]: { POST: (request) => operate(handler, request.params, clock) },
      [`${CONTROL_API}/replicas/:name/history`]: {
        GET: (request) => Response.json(handler.history(request.params.name)),
      },
      [`${CONTROL_API}/quarantine`]: { GET: async () => Response.json(await handler.quarantined()) },
      [`${CONTROL_API}/quarantine/:fingerprint/release`]: {
        POST: async (request) => Response.json(await handler.release(request.params.fingerprint)),
      },
      [`${CONTROL_API}/queue`]: {
        GET: (request) => ofQueue(() => showQueue(handler, new URL(request.url).searchParams)),
      },
      [`${CONTROL_API}/queue/audit`]: { GET: () => ofQueue(async () => Response.json(await handler.auditQueue())) },
      [`${CONTROL_API}/queue/:id/cancel`]: {
        POST: (request) => ofQueue(async () => Response.json(await handler.cancelRequest(request.params.id))),
      },
      [`${CONTROL_API}/output`]: { GET: (request) => followOutput(handler, request, clock) },
    },
    fetch: () => Response.json({ message: 'no such path; the client and the node differ in version' }, { status: 404 }),
  });
  chmodSync(socketPath, SOCKET_MODE);
  return {
    async stop() {
      await server.stop(true);
      removeSocket(socketPath);
    },
  };
}

/** Tickets in one report where nobody says otherwise. */
const TICKETS_DEFAULT = 100;

/** What is asked of the queue needs its store, which may be away. */
async function ofQueue(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return Response.json({ message: `the queue's store does not answer: ${message}` }, { status: 503 });
  }
}

async function showQueue(handler: ControlHandler, search: URLSearchParams): Promise<Response> {
  const pool = search.get('pool') ?? undefined;
  const ticketsMax = Number(search.get('tickets') ?? TICKETS_DEFAULT);
  const report = await handler.queue(pool, ticketsMax);
  return report === undefined
    ? Response.json({ message: `no pool "${pool}"` }, { status: 404 })
    : Response.json(report);
}

function operate(
  handler: ControlHandler,
  { name, operation }: { name: string; operation: string },
  clock: Clock,
): Response {
  const known = REPLICA_OPERATIONS.find((it) => it === operation);
  if (known === undefined) return Response.json({ message: `no operation "${operation}"` }, { status: 404 });
  return streamOperation(clock, (progress) => handler.operate(known, name, progress));
}

/** Runs an operation and tells its progress line by line, then its one result. It goes on when the client leaves. */
function streamOperation(clock: Clock, run: (progress: Progress) => Promise<OperationResult>): Response {
  return streamLines(clock, (sink) => {
    const tell = (event: OperationEvent) => sink.send(event);
    void run((progress) => tell({ progress }))
      .catch((cause: unknown): OperationResult => ({ ok: false, message: String(cause) }))
      .then((result) => {
        tell({ result });
        sink.end();
      });
    return () => undefined;
  });
}

async function clearStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error(`${path} is no socket; set control.socket to another path`);
  if (await answers(path)) throw new Error(`another node answers on ${path}; stop it, or set control.socket`);
  removeSocket(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false; // a file whose process is gone refuses
  }
}

function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  }
}
