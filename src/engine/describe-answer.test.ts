import { expect, test } from 'bun:test';
import { describeAnswer, excerpt } from './describe-answer.ts';

test.each([
  [404, '{"error":{"message":"The model does not exist","code":404}}', 'status 404: The model does not exist'],
  [404, '{"detail":"Not Found"}', 'status 404: Not Found'],
  [502, '<html>\n  Bad Gateway</html>', 'status 502: <html> Bad Gateway</html>'],
  [307, '', 'status 307'],
])('an answer of status %d is told in its own words: %s', (status, text, told) => {
  expect(describeAnswer(status, text)).toBe(told);
});

test('what an engine says is one line of bounded length, and moves no cursor', () => {
  expect(excerpt('a\r\n\u001b[2Jb\u0000c')).toBe('a [2Jb c');
  expect(excerpt('x'.repeat(100_000))).toHaveLength(300);
});
