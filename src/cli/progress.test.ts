import { describe, expect, test } from 'bun:test';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { withProgress } from './progress.ts';

const CLEAR = '\r\u001B[K';

function running(columns: number | undefined) {
  const clock = createFakeClock();
  const written: string[] = [];
  const terminal = { out: () => undefined, err: (text: string) => void written.push(`${text}\n`), columns };
  const line = { columns, write: (text: string) => void written.push(text) };
  const work = Promise.withResolvers<string>();
  let tell: (news: string) => void = () => undefined;
  const ended = withProgress('heavy-0 restarts', terminal, (it) => ((tell = it), work.promise), line, clock);
  return { clock, written, work, ended, tell: (news: string) => tell(news) };
}

describe('something that takes a while', () => {
  test('shows after two seconds that it lives, and leaves nothing of that behind', async () => {
    const { clock, written, work, ended } = running(40);
    await clock.advance(1_999);
    expect(written).toEqual([]);
    await clock.advance(1_001);
    expect(written).toEqual([`${CLEAR}heavy-0 restarts … 2s`, `${CLEAR}heavy-0 restarts … 3s`]);
    work.resolve('done');
    expect(await ended).toBe('done');
    expect(written.at(-1)).toBe(CLEAR);
  });
  test('tells news as lines above', async () => {
    const { clock, written, tell } = running(40);
    await clock.advance(2_000);
    tell('drained');
    expect(written.slice(1)).toEqual([CLEAR, 'drained\n']);
  });
  test('bug: an engine that captures its graphs told the same line twenty times', async () => {
    const { written, tell } = running(undefined);
    for (const news of ['heavy-0: starting, capturing', 'heavy-0: starting, capturing', 'heavy-0: warming']) tell(news);
    expect(written).toEqual(['heavy-0: starting, capturing\n', 'heavy-0: warming\n']);
  });
  test('in a pipe tells its news alone', async () => {
    const { clock, written, tell, work, ended } = running(undefined);
    await clock.advance(10_000);
    tell('drained');
    work.reject(new Error('gone'));
    expect(await ended.catch(String)).toBe('Error: gone');
    expect(written).toEqual(['drained\n']);
  });
  test('is no wider than the screen', async () => {
    const { clock, written } = running(10);
    await clock.advance(2_000);
    expect(written).toEqual([`${CLEAR}heavy-0 …`]);
  });
});
