import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Random } from './random.ts';

/** A place to listen or connect to: a port of this machine's loopback, or a unix socket. */
export type Place = { readonly port: number } | { readonly path: string };

/** What goes wrong with a connection, from now on. Absent: nothing of that kind. */
export interface Faults {
  /** Each piece is late by so much, drawn anew; order stays. */
  readonly latencyMs?: { readonly least: number; readonly most: number };
  /** Nothing gets through that way and nothing is lost: packets that are sent again until somebody hears them. */
  readonly blackHole?: 'up' | 'down' | 'both';
  /** How likely each piece is the last one: the connection is reset instead of passing it on. 0 to 1. */
  readonly resetChance?: number;
  /** How likely each piece is cut somewhere in its middle, and the connection closed there. 0 to 1. */
  readonly truncateChance?: number;
}

/** Chooses connections by what their client has said first, as text: up to `OPENING_BYTES_MAX`. */
export type Which = (opening: string) => boolean;

/** A proxy between a client and a server that does to their connections what networks do. */
export interface FaultProxy extends AsyncDisposable {
  /** Where clients connect to. */
  readonly place: Place;
  /** Replaces the faults of all connections, those to come included. */
  set(faults: Faults): void;
  /** Replaces the faults of connections open now, and of no other. */
  setOpen(faults: Faults, which: Which): void;
  /** Resets connections, both ends. */
  reset(which?: Which): void;
  /** One end vanishes without a word to the other, which stays connected to nobody. */
  halfOpen(vanished: 'client' | 'server', which?: Which): void;
  /** Refuses new connections by resetting them, until told otherwise. */
  refuse(refusing: boolean): void;
  connections(which?: Which): number;
}

export const OPENING_BYTES_MAX = 4_096;

/** One direction of a connection. */
interface Flow {
  readonly from: Socket;
  readonly to: Socket;
  readonly way: 'up' | 'down';
  dueMs: number;
  /** What is late and not passed on yet, in order. */
  readonly late: (() => void)[];
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly flows: readonly Flow[];
  faults: Faults;
  opening: string;
}

const all: Which = () => true;

/** Opens a proxy to `target`; listens at `at`, or at a port of the system's choice. What is drawn, `random` draws. */
export async function openFaultProxy(target: Place, random: Random, at: Place = { port: 0 }): Promise<FaultProxy> {
  const open = new Set<Connection>();
  let faults: Faults = {};
  let refusing = false;
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    if (refusing) return void client.resetAndDestroy();
    const connection = join(client, target, faults);
    open.add(connection);
    for (const flow of connection.flows) pump(connection, flow, random, () => open.delete(connection));
  });
  const place = await listen(listener, at);
  const chosen = (which: Which): Connection[] => [...open].filter(({ opening }) => which(opening));
  return {
    place,
    set(next) {
      faults = next;
      for (const connection of open) change(connection, next);
    },
    setOpen(next, which) {
      for (const connection of chosen(which)) change(connection, next);
    },
    reset(which = all) {
      for (const connection of chosen(which)) resetBoth(connection);
    },
    halfOpen(vanished, which = all) {
      for (const connection of chosen(which)) {
        change(connection, { blackHole: 'both' });
        const gone = vanished === 'client' ? connection.client : connection.server;
        for (const event of ['end', 'close', 'error']) gone.removeAllListeners(event);
        gone.on('error', () => undefined);
        gone.destroy();
      }
    },
    refuse: (next) => void (refusing = next),
    connections: (which = all) => chosen(which).length,
    async [Symbol.asyncDispose]() {
      for (const { client, server } of open) {
        client.destroy();
        server.destroy();
      }
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function change(connection: Connection, faults: Faults): void {
  connection.faults = faults;
  for (const flow of connection.flows) gate(connection, flow);
}

function listen(listener: Server, at: Place): Promise<Place> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    const listening = (): void => {
      const address = listener.address();
      resolve(typeof address === 'object' && address ? { port: address.port } : at);
    };
    if ('path' in at) listener.listen(at.path, listening);
    else listener.listen(at.port, '127.0.0.1', listening);
  });
}

function join(client: Socket, target: Place, faults: Faults): Connection {
  const server = createConnection({
    ...target,
    ...('port' in target ? { host: '127.0.0.1' } : {}),
    allowHalfOpen: true,
  });
  const flows: Flow[] = [
    { from: client, to: server, way: 'up', dueMs: 0, late: [] },
    { from: server, to: client, way: 'down', dueMs: 0, late: [] },
  ];
  return { client, server, flows, faults, opening: '' };
}

function pump(connection: Connection, flow: Flow, random: Random, closed: () => void): void {
  const { from, to, way } = flow;
  from.on('data', (bytes: Buffer) => {
    if (way === 'up' && connection.opening.length < OPENING_BYTES_MAX) {
      connection.opening = (connection.opening + bytes.toString('latin1')).slice(0, OPENING_BYTES_MAX);
    }
    pass(connection, flow, bytes, random);
  });
  from.on('end', () => after(connection, flow, random, () => to.end()));
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => {
    closed();
    after(connection, flow, random, () => to.destroy());
  });
  to.on('drain', () => gate(connection, flow));
  gate(connection, flow);
}

function pass(connection: Connection, flow: Flow, bytes: Buffer, random: Random): void {
  const { resetChance = 0, truncateChance = 0 } = connection.faults;
  if (resetChance > 0 && random.next() < resetChance) return resetBoth(connection);
  const cut = truncateChance > 0 && random.next() < truncateChance;
  const kept = cut ? bytes.subarray(0, random.between(0, bytes.length - 1)) : bytes;
  after(connection, flow, random, () => {
    if (flow.to.destroyed) return;
    flow.to.write(kept);
    if (cut) for (const socket of [connection.client, connection.server]) socket.end();
    gate(connection, flow);
  });
}

/** Does something in its order with what this direction has been told before, late where that is a fault. */
function after(connection: Connection, flow: Flow, random: Random, act: () => void): void {
  const { latencyMs } = connection.faults;
  const nowMs = performance.now();
  const dueMs = Math.max(flow.dueMs, nowMs + (latencyMs ? random.between(latencyMs.least, latencyMs.most) : 0));
  if (dueMs <= nowMs && flow.late.length === 0) return act();
  flow.dueMs = dueMs;
  flow.late.push(act);
  setTimeout(() => flow.late.shift()?.(), dueMs - nowMs); // whole ms: of two timers for one moment either may be first
}

/** Reads on only where it may pass on: neither into a black hole nor faster than the other end reads. */
function gate({ faults }: Connection, { from, to, way }: Flow): void {
  const held = faults.blackHole === 'both' || faults.blackHole === way;
  if (held || to.writableNeedDrain) from.pause();
  else from.resume();
}

function resetBoth({ client, server }: Connection): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}
