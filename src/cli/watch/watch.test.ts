import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { NodeReport } from '../../control/index.ts';
import { emptyReport } from '../../control/handler.fixture.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { ENTER_SCREEN } from './screen.ts';
import { watchStatus } from './watch.ts';

const report = { ...emptyReport, started_at: '1970-01-01T00:00:00Z' };

/** A screen that notes what is written, beside a node that answers with what it is given. */
function watching(status: () => Promise<NodeReport>) {
  const clock = createFakeClock();
  const written: string[] = [];
  let tell: (event: 'resized' | 'quit') => void = () => undefined;
  let columns = 80;
  const screen: LiveTerminal = {
    size: () => ({ columns, rows: 6 }),
    write: (text) => void written.push(text),
    onEvent: (listener) => (tell = listener),
    close: () => void written.push('closed'),
  };
  const ended = watchStatus(report, 1000, { node: { status }, screen, clock, nowUnixMs: () => 0 });
  return { clock, written, ended, quit: () => tell('quit'), resize: (to: number) => ((columns = to), tell('resized')) };
}
const same = () => Promise.resolve(report);

describe('watching', () => {
  test('draws at once, and nothing more while nothing changes', async () => {
    const { clock, written } = watching(same);
    expect(written[0]).toBe(ENTER_SCREEN);
    expect(written[1]).toContain('ssw-infer 1');
    await clock.advance(10_000);
    expect(written).toHaveLength(2);
  });
  test('draws all of it after a resize', async () => {
    const { written, resize } = watching(same);
    resize(40);
    expect(written.slice(2).join('')).toContain('ssw-infer 1');
    await Promise.resolve();
  });
  test('tells of a node that went away, goes on asking, and is content when it is back', async () => {
    let answer = (): Promise<NodeReport> => Promise.reject(new Error('nobody answers'));
    const { clock, written } = watching(() => answer());
    await clock.advance(3_000);
    expect(written.at(-1)).toContain('NO ANSWER for 2s: nobody answers');
    answer = same;
    await clock.advance(1_000);
    expect(written.at(-1)).toContain('q quits');
    expect(written.at(-1)).not.toContain('NO ANSWER');
  });
  test('tells of a node that takes long, and never asks twice at once', async () => {
    let asked = 0;
    const { clock, written } = watching(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    await clock.advance(10_000);
    expect(asked).toBe(1);
    expect(written.at(-1)).toContain('the node takes long');
  });
  test('ends at once, whatever it waits for, and draws no more', async () => {
    const { clock, written, quit, ended } = watching(() => new Promise(() => undefined));
    await clock.advance(1_500);
    quit();
    await ended;
    expect(written.at(-1)).toBe('closed');
    await clock.advance(10_000);
    expect(written.at(-1)).toBe('closed');
  });
});
