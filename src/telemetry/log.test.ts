import { expect, test } from 'bun:test';
import { lossy } from './log.ts';

test('bug: a full disk behind the log loses lines, is told afterwards, and stops nobody', () => {
  const written: string[] = [];
  let full = false;
  const log = lossy((line) => {
    if (full) throw new Error('ENOSPC: no space left on device');
    written.push(line);
  });
  log.write('a');
  full = true;
  log.write('b');
  log.write('c');
  full = false;
  log.write('d');
  expect(written).toEqual(['a', '{"level":50,"msg":"2 lines of the log could not be written"}\n', 'd']);
});
