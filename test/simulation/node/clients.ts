import type { Endpoint, EngineClient, EngineDocument, EngineReply } from '../../../src/engine/index.ts';
import { openExchange, type Answer, type Exchange } from '../engine/exchange.ts';
import type { World } from '../world/world.ts';
import type { Pulse } from './node-clock.ts';

/** Where an endpoint is, in the world's terms. */
export function placeOf(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
}

/** The connections of one node. */
export interface Connections {
  open(endpoint: Endpoint): EngineClient;
  /** The node is gone, and with it its side of all of them. */
  cut(): void;
}

interface Client {
  readonly place: string;
  readonly mine: Set<Exchange>;
}

export function createConnections(world: World, pulse: Pulse): Connections {
  const all = new Set<Exchange>();

  /** Puts a request to whatever listens there. */
  function ask({ place, mine }: Client, path: string, id: string | undefined, answered: (answer: Answer) => void) {
    const listener = world.listeners.get(place);
    const exchange = openExchange(path, id, {
      answered: (answer) => pulse.isAlive && answered(answer),
      over(how) {
        all.delete(exchange);
        mine.delete(exchange);
        if (id !== undefined && listener !== undefined)
          world.ledger.over(id, listener.pid, pulse.isAlive ? how : 'left');
      },
    });
    all.add(exchange);
    mine.add(exchange);
    if (listener === undefined) exchange.refuse();
    else {
      if (id !== undefined) world.ledger.sent(id, listener.pid);
      listener.take(exchange);
    }
    return exchange;
  }

  return {
    open(endpoint) {
      const client: Client = { place: placeOf(endpoint), mine: new Set() };
      return {
        send: ({ path, headers, signal }) =>
          new Promise((resolve) => {
            if (signal.aborted) return resolve({ ok: false, failure: 'aborted', cause: signal.reason });
            const left = (): void => {
              exchange.leave();
              resolve({ ok: false, failure: 'aborted', cause: signal.reason });
            };
            const exchange = ask(client, path, headers['x-request-id'], (answer) => {
              if (answer.is !== 'stream') signal.removeEventListener('abort', left);
              resolve(replyOf(answer));
            });
            signal.addEventListener('abort', left, { once: true });
          }),
        get: (path, timeoutMs) =>
          new Promise((resolve) => {
            const cancel = world.agenda.after(timeoutMs, () => {
              exchange.leave();
              if (pulse.isAlive) resolve({ ok: false, failure: 'timed_out', cause: 'late' });
            });
            const exchange = ask(client, path, undefined, (answer) => {
              cancel();
              resolve(documentOf(answer));
            });
          }),
        close() {
          for (const exchange of client.mine) exchange.cut();
        },
      };
    },
    cut() {
      for (const exchange of all) exchange.leave();
    },
  };
}

function replyOf(answer: Answer): EngineReply {
  if (answer.is === 'refused' || answer.is === 'reset') return { ok: false, failure: answer.is, cause: answer.is };
  if (answer.is === 'stream') return { ok: true, status: 200, headers: STREAM, body: answer.body };
  return { ok: true, status: answer.status, headers: JSON_TYPE, body: inOnePiece(answer.text) };
}

const STREAM = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function documentOf(answer: Answer): EngineDocument {
  if (answer.is === 'whole') return { ok: true, status: answer.status, text: answer.text };
  return { ok: false, failure: answer.is === 'refused' ? 'refused' : 'reset', cause: answer.is };
}
