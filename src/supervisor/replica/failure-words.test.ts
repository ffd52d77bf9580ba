import { expect, test } from 'bun:test';
import { wordsOfFailure } from './failure-words.ts';

const failedSystemCall = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test('bug: what failed is told down to its root', () => {
  const root = failedSystemCall('ENOSPC', 'ENOSPC: no space left on device, write');
  const error = new Error('heavy-0 is not started: groups.json cannot be written', { cause: root });
  expect(wordsOfFailure(error)).toBe(
    'heavy-0 is not started: groups.json cannot be written: ENOSPC: no space left on device, write',
  );
});

test('bug: where descriptors are spent it says how to have more', () => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const error = new Error('no record', { cause: failedSystemCall(code, `${code}: too many open files`) });
    expect(wordsOfFailure(error)).toEndWith('; raise LimitNOFILE= of the unit, or `ulimit -n`');
  }
});

test('a cause that goes round in a circle ends', () => {
  const error = new Error('again');
  error.cause = error;
  expect(wordsOfFailure(error)).toBe('again: again: again: again: again');
});

test('what is no error is told as it is', () => {
  expect(wordsOfFailure('out of luck')).toBe('out of luck');
});
