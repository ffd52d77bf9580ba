import type { Story } from '../load/ledger.ts';
import type { World } from '../world/world.ts';
import { endCore } from './endings.ts';
import type { Engine, Generation } from './engine.ts';
import type { Exchange, Over } from './exchange.ts';
import { whenWorking } from './sleep.ts';

const CORE_DIED = JSON.stringify({
  error: { message: 'EngineCore encountered an issue.', type: 'InternalServerError', code: 500 },
});
const PROBE_MS = 30;

/** How a request's answer is put to its client. */
interface Answering {
  piece(number: number): void;
  complete(): void;
  fail(status: number, text: string): void;
  abort(): void;
}

/** One token for whoever asks whether it works. */
export function probe(world: World, engine: Engine, exchange: Exchange): void {
  const answering = inOnePiece(exchange, 'probe');
  const generation = enter(engine, exchange, undefined, answering);
  if (engine.isCoreGone) return generation.coreDied();
  const step = (): void => {
    if (!engine.generations.has(generation)) return;
    engine.steps += 1;
    engine.hasServed = true;
    leave(engine, exchange, generation);
    answering.complete();
  };
  world.agenda.after(PROBE_MS, () => whenWorking(engine, step));
}

/** Works on a request: piece by piece to its end, or to the end of the core, where it is poison. */
export function generate(world: World, engine: Engine, exchange: Exchange, id: string): void {
  const { ledger, agenda } = world;
  const request = ledger.find(id);
  if (request === undefined) return exchange.reply(404, '');
  const answering = request.isStream
    ? inPieces(exchange, `${engine.leader}`)
    : inOnePiece(exchange, `${engine.leader}`);
  const generation = enter(engine, exchange, id, answering);
  if (request.isStream) exchange.begin(); // the status line comes before the first token
  if (engine.isCoreGone) return generation.coreDied();

  function go(piece: number): void {
    agenda.after(pieceMs(request), () => whenWorking(engine, () => work(piece)));
  }
  function work(piece: number): void {
    if (!engine.generations.has(generation) || request === undefined) return;
    engine.steps += 1;
    if (request.killsAt === piece) return endCore(world, engine);
    if (request.failsOnce && ledger.failsNow(id)) {
      leave(engine, exchange, generation);
      return answering.fail(500, FAILED);
    }
    if (piece === request.pieces) {
      leave(engine, exchange, generation);
      return answering.complete();
    }
    answering.piece(piece);
    go(piece + 1);
  }
  go(0);
}

const FAILED = JSON.stringify({ error: { message: 'it failed', type: 'InternalServerError', code: 500 } });

function pieceMs(request: Story | undefined): number {
  return request === undefined ? 0 : request.runsMs / (request.pieces + 1);
}

function enter(engine: Engine, exchange: Exchange, id: string | undefined, answering: Answering): Generation {
  const generation: Generation = {
    id,
    coreDied() {
      engine.generations.delete(generation);
      if (engine.isFrozen) return; // its connection breaks with its leader
      leave(engine, exchange, generation);
      answering.fail(500, CORE_DIED);
    },
    abort() {
      leave(engine, exchange, generation);
      answering.abort();
    },
  };
  engine.generations.add(generation);
  exchange.onLeft = () => leave(engine, exchange, generation);
  return generation;
}

function leave(engine: Engine, exchange: Exchange, generation: Generation): void {
  engine.generations.delete(generation);
  engine.exchanges.delete(exchange);
}

/** Who is told that the core is dead is in the same place as one whose connection breaks. */
function overOf(text: string): Over {
  return text === CORE_DIED ? 'broken' : 'failed';
}

function inOnePiece(exchange: Exchange, from: string): Answering {
  return {
    piece: () => {},
    complete: () => exchange.reply(200, whole(from, 'stop')),
    fail: (status, text) => exchange.reply(status, text, overOf(text)),
    abort: () => exchange.reply(200, whole(from, 'abort'), 'failed'),
  };
}

function whole(from: string, reason: string): string {
  const choices = [{ message: { content: `${from} ` }, finish_reason: reason }];
  return JSON.stringify({ choices, usage: { prompt_tokens: 1, completion_tokens: 1 } });
}

function inPieces(exchange: Exchange, from: string): Answering {
  const say = (data: string): void => exchange.push(`data: ${data}\n\n`);
  const chunk = (content: string, reason: string | null): string =>
    JSON.stringify({ choices: [{ delta: { content }, finish_reason: reason }] });
  return {
    piece: () => say(chunk(`${from} `, null)),
    complete() {
      say(chunk(`${from} `, 'stop'));
      say('[DONE]');
      exchange.end();
    },
    fail(_status, text) {
      say(text);
      say('[DONE]');
      exchange.end(overOf(text));
    },
    abort() {
      say(chunk('', 'abort'));
      say('[DONE]');
      exchange.end('failed');
    },
  };
}
