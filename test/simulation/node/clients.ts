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

export function createConnections(world: World, pulse: Pulse): Connections {
  const all = new Set<Exchange>();

  /** Puts a request to whatever listens there. */
  function ask(place: string, path: string, id: string | undefined, answered: (answer: Answer) => void): Exchange {
    const listener = world.listeners.get(place);
    const exchange = openExchange(path, id, {
      answered: (answer) => pulse.isAlive && answered(answer),
      over(how) {
        all.delete(exchange);
        if (id !== undefined && listener !== undefined) world.ledger.over(id, listener.pid, pulse.isAlive ? how : 'left');
      },
    });
    all.add(exchange);
    if (listener === undefined) exchange.refuse();
    else {
      if (id !== undefined) world.ledger.sent(id, listener.pid);
      listener.take(exchange);
    }
    return exchange;
  }

  return {
    open(endpoint) {
      const place = placeOf(endpoint);
      const mine = new Set<Exchange>();
      return {
        send: ({ path, headers, signal }) =>
          new Promise((resolve) => {
            if (signal.aborted) return resolve({ ok: false, failure: 'aborted', cause: signal.reason });
            const left = (): void => {
              exchange.leave();
              resolve({ ok: false, failure: 'aborted', cause: signal.reason });
            };
            const exchange = ask(place, path, headers['x-request-id'], (answer) => {
              if (answer.is !== 'stream') signal.removeEventListener('abort', left);
              resolve(replyOf(answer));
            });
            signal.addEventListener('abort', left, { once: true });
            mine.add(exchange);
          }),
        get: (path, timeoutMs) =>
          new Promise((resolve) => {
            const cancel = world.agenda.after(timeoutMs, () => {
              exchange.leave();
              if (pulse.isAlive) resolve({ ok: false, failure: 'timed_out', cause: 'late' });
            });
            const exchange = ask(place, path, undefined, (answer) => {
              cancel();
              resolve(documentOf(answer));
            });
            mine.add(exchange);
          }),
        close() {
          for (const exchange of mine) exchange.cut();
          mine.clear();
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
