import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { until } from '../../../test/support/wait.ts';
import { receive, type OpenStream } from './answer.ts';
import { aReading } from '../fixtures/reading.ts';
import { chunk, DONE, STREAM_TYPE } from '../fixtures/scripted-engine.ts';
import { SOURCES, type Source } from '../fixtures/sources.ts';
import { relay } from './relay-stream.ts';

const STALL_MS = 1000;

const textOf = (bytes: Bun.BufferSource | string) =>
  typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);

/** A client's side: what it got, and whether it takes more now. */
function clientSide() {
  let room: PromiseWithResolvers<number> | undefined;
  const got: string[] = [];
  const state = { isGone: false };
  const sink: ReadableStreamDirectController = {
    start: () => undefined,
    write(bytes) {
      if (state.isGone) throw new Error('the client is gone');
      got.push(textOf(bytes));
      return room?.promise ?? 1;
    },
    flush: () => 0,
    end: () => got.push('END'),
    close: () => void got.push('CUT'),
  };
  return {
    sink,
    got,
    fill: () => (room = Promise.withResolvers()),
    drain() {
      room?.resolve(1);
      room = undefined;
    },
    leave: () => (state.isGone = true),
  };
}

interface Relayed {
  readonly source: Source;
  readonly side: ReturnType<typeof clientSide>;
  readonly abort: AbortController;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly told: { received: number; readonly ended: string[] };
  readonly over: Promise<string>;
}

/** Relays a stream whose first event is `a`. */
async function begin(source: Source, side = clientSide()): Promise<Relayed> {
  source.put(chunk('a'));
  const answer = await receive({ ok: true, status: 200, headers: STREAM_TYPE, body: source.body }, aReading);
  if (answer.is !== 'stream') throw new Error(`no stream: ${answer.is}`);
  return { source, side, ...relayed(answer.stream, side) };
}

function relayed(stream: OpenStream, { sink }: ReturnType<typeof clientSide>) {
  const clock = createFakeClock();
  const abort = new AbortController();
  const told = { received: 0, ended: [] as string[] };
  const idleLimit = { set: () => undefined, lift: () => undefined };
  const client = { signal: abort.signal, idleLimit, clock, slowClientTimeoutMs: STALL_MS };
  const over = relay(sink, stream, client, {
    received: () => void (told.received += 1),
    moved: () => undefined,
    ended: (outcome) => void told.ended.push(outcome),
    brokenOff: () => 'BROKEN',
    stillThere: ': still there\n\n',
  });
  const how = over.then(
    () => 'resolved',
    () => 'rejected',
  );
  return { clock, abort, told, over: how };
}

describe.each(SOURCES)('a stream that is %s', (_, sourceOf) => {
  test('passes event by event to its end', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    source.put(chunk('b'));
    await until('it has passed', () => side.got.length === 2);
    source.put(DONE);
    source.end();
    expect(await over).toBe('resolved');
    expect(side.got).toEqual([chunk('a'), chunk('b'), DONE, 'END']);
    expect(told).toEqual({ received: 2, ended: ['completed'] });
  });

  test('that breaks ends with an error event', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    source.break();
    expect(await over).toBe('resolved');
    expect(side.got).toEqual([chunk('a'), 'BROKEN', 'END']);
    expect(told.ended).toEqual(['connection_broke']);
  });

  test('that breaks after its end is whole', async () => {
    const { source, told, over } = await begin(sourceOf());
    source.put(DONE);
    source.break();
    await over;
    expect(told.ended).toEqual(['completed']);
  });

  test('that ends without its mark has broken', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    source.end();
    await over;
    expect(side.got).toEqual([chunk('a'), 'BROKEN', 'END']);
    expect(told.ended).toEqual(['connection_broke']);
  });

  test('whose engine says that it failed is left at once', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    source.put(chunk('', 'abort'));
    await over;
    expect(side.got).toEqual([chunk('a'), 'BROKEN', 'END']);
    expect(told.ended).toEqual(['engine_aborted']);
    expect(source.isLeft()).toBe(true);
  });

  test('waits for a client that takes no more, and says no longer that the engine is at work', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    side.fill();
    source.put(chunk('b'));
    await until('the client is full', () => side.got.length === 2);
    source.put(chunk('c'));
    await Bun.sleep(5); // nothing is to happen
    expect(side.got).toEqual([chunk('a'), chunk('b')]);
    side.drain();
    await until('it goes on', () => side.got.length === 3);
    source.put(DONE);
    source.end();
    await over;
    expect(side.got).toEqual([chunk('a'), chunk('b'), chunk('c'), DONE, 'END']);
    expect(told).toEqual({ received: 1, ended: ['completed'] });
  });

  test('waits at its first event as well', async () => {
    const side = clientSide();
    side.fill();
    const { source, over } = await begin(sourceOf(), side);
    source.put(DONE);
    source.end();
    await Bun.sleep(5); // nothing is to happen
    expect(side.got).toEqual([chunk('a')]);
    side.drain();
    await over;
    expect(side.got).toEqual([chunk('a'), DONE, 'END']);
  });

  test('is cut where its client takes nothing for too long', async () => {
    const { source, side, told, over, clock } = await begin(sourceOf());
    side.fill();
    source.put(chunk('b'));
    await until('the client is full', () => side.got.length === 2);
    await clock.advance(STALL_MS);
    await over;
    expect(side.got.at(-1)).toBe('CUT');
    expect(told.ended).toEqual(['client_gone']);
    expect(source.isLeft()).toBe(true);
  });

  test('whose client cannot be written to any more is over, once', async () => {
    const { source, side, told, over } = await begin(sourceOf());
    side.leave();
    source.put(chunk('b'));
    expect(await over).toBe('rejected');
    expect(told.ended).toEqual(['client_gone']);
    expect(source.isLeft()).toBe(true);
  });

  test('whose client has gone ends as that, not as a fault of the engine', async () => {
    const { source, abort, told, over } = await begin(sourceOf());
    abort.abort();
    source.break(); // what an abort does to the engine's connection
    await over;
    expect(told.ended).toEqual(['client_gone']);
  });

  test('that is silent for long says that it lives', async () => {
    const { source, side, clock, over } = await begin(sourceOf());
    await clock.advance(15_000);
    expect(side.got).toContain(': still there\n\n');
    source.put(DONE);
    source.end();
    await over;
    expect(clock.nextInMs()).toBeUndefined();
  });
});
