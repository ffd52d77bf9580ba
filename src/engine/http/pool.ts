import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { Endpoint } from '../endpoint.ts';
import { openConnection, type Connection, type Exchange, type ExchangeListener } from './connection.ts';
import { DESERTED_CONNECTIONS_MAX, IDLE_CONNECTIONS_MAX, IDLE_MS_MAX } from './limits.ts';

/** The connections to one server, as many at once as there are exchanges. */
export interface Pool {
  /** Begins an exchange on the connection that idles shortest, or on a new one where none does. */
  begin(request: readonly Uint8Array[], listener: ExchangeListener): Exchange;
  /** Begins an exchange on a connection that none was on before. */
  beginFresh(request: readonly Uint8Array[], listener: ExchangeListener): Exchange;
  /** Breaks every connection, idle or not. Nothing may begin afterwards. */
  close(): void;
}

interface Idle {
  readonly connection: Connection;
  readonly sinceMs: number;
}

/** Connections that idle longer than `IDLE_MS_MAX` are closed, so that no server does it while a request is on its way. */
export function createPool(endpoint: Endpoint, clock: Clock): Pool {
  const all = new Set<Connection>();
  const deserted = new Set<Connection>();
  /** The one that idles longest first. */
  let idle: Idle[] = [];
  let cancelSweep: Cancel | undefined;

  function sweep(): void {
    cancelSweep = undefined;
    const nowMs = clock.nowMs();
    for (const { connection } of idle.filter(({ sinceMs }) => nowMs - sinceMs >= IDLE_MS_MAX)) connection.close(IDLED);
    sweepLater(nowMs);
  }
  function sweepLater(nowMs: number): void {
    const [oldest] = idle;
    if (oldest !== undefined) cancelSweep ??= clock.after(oldest.sinceMs + IDLE_MS_MAX - nowMs, sweep);
  }
  function keep(connection: Connection): void {
    deserted.delete(connection);
    if (idle.length >= IDLE_CONNECTIONS_MAX) return connection.close(IDLED);
    const sinceMs = clock.nowMs();
    idle.push({ connection, sinceMs });
    sweepLater(sinceMs);
  }
  function forget(connection: Connection): void {
    all.delete(connection);
    deserted.delete(connection);
    idle = idle.filter((it) => it.connection !== connection);
  }
  function open(): Connection {
    const [connecting] = deserted.size >= DESERTED_CONNECTIONS_MAX ? deserted : [];
    if (connecting !== undefined) {
      deserted.delete(connecting);
      return connecting;
    }
    const connection = openConnection(endpoint, { idle: keep, deserted: (it) => deserted.add(it), gone: forget });
    all.add(connection);
    return connection;
  }
  /** The sweep may be late where much is to do; what it would close is not taken. */
  function takeIdle(): Connection | undefined {
    const last = idle.pop();
    if (last === undefined || clock.nowMs() - last.sinceMs < IDLE_MS_MAX) return last?.connection;
    last.connection.close(IDLED);
    return undefined;
  }

  return {
    begin: (request, listener) => (takeIdle() ?? open()).begin(request, listener),
    beginFresh: (request, listener) => open().begin(request, listener),
    close() {
      cancelSweep?.();
      for (const connection of all) connection.close(new Error('the connections to this engine were closed'));
    },
  };
}

const IDLED = new Error('it idled too long');
