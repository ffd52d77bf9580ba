import { describe, expect, test } from 'bun:test';
import { until } from '../../../test/support/wait.ts';
import { flowOf } from './body-flow.ts';
import { SOURCES } from '../fixtures/sources.ts';

/** A flow and what it told. */
function open(source: ReturnType<(typeof SOURCES)[number][1]>) {
  const told: string[] = [];
  const flow = flowOf(source.body);
  const listener = {
    data: (bytes: Uint8Array) => void told.push(Buffer.from(bytes).toString()),
    end: () => void told.push('end'),
    broke: () => void told.push('broke'),
  };
  return { flow, listener, told };
}

describe.each(SOURCES)('a body that is %s', (_, sourceOf) => {
  test('tells each piece and its end', async () => {
    const source = sourceOf();
    const { flow, listener, told } = open(source);
    source.put('a');
    flow.resume(listener);
    source.put('b');
    source.end();
    await until('it has ended', () => told.includes('end'));
    expect(told).toEqual(['a', 'b', 'end']);
  });

  test('tells that it broke, after what came before', async () => {
    const source = sourceOf();
    const { flow, listener, told } = open(source);
    source.put('a');
    source.break();
    flow.resume(listener);
    await until('it has broken', () => told.includes('broke'));
    expect(told).toEqual(['a', 'broke']);
  });

  test('tells nothing while it is paused, and the rest to whoever resumes it', async () => {
    const source = sourceOf();
    const { flow, listener, told } = open(source);
    const first: string[] = [];
    const pausing = (bytes: Uint8Array) => {
      first.push(Buffer.from(bytes).toString());
      flow.pause();
    };
    flow.resume({ ...listener, data: pausing });
    source.put('a');
    await until('it has begun', () => first.length === 1);
    source.put('b');
    source.end();
    await Bun.sleep(5); // nothing is to happen
    expect(told).toEqual([]);
    flow.resume(listener);
    await until('it has ended', () => told.includes('end'));
    expect(first).toEqual(['a']);
    expect(told).toEqual(['b', 'end']);
  });

  test('a piece that comes while it is paused waits', async () => {
    const source = sourceOf();
    const { flow, listener, told } = open(source);
    flow.resume(listener);
    await Promise.resolve();
    flow.pause();
    source.put('a');
    await Bun.sleep(5); // nothing is to happen
    expect(told).toEqual([]);
    flow.resume(listener);
    await until('it is told', () => told.length === 1);
  });

  test('who leaves is told nothing more, and its source is closed', async () => {
    const source = sourceOf();
    const { flow, listener, told } = open(source);
    flow.resume(listener);
    source.put('a');
    await until('it has begun', () => told.length === 1);
    flow.leave();
    source.put('b');
    source.end();
    expect(source.isLeft()).toBe(true);
    await Bun.sleep(5); // nothing is to happen
    expect(told).toEqual(['a']);
  });
});
