import { describe, expect, test } from 'bun:test';
import { assert, property, string } from 'fast-check';
import { datagram, statusOf, STATUS_LENGTH_MAX } from './message.ts';

/** What PID 1 reads of one datagram (systemd's NOTIFY_BUFFER_MAX). */
const DATAGRAM_BYTES_MAX = 4096;

describe('a status', () => {
  test('stays on one line, so its text cannot become an assignment', () => {
    expect(statusOf('3/4 ready\nMAINPID=1\r\nheavy-0 starting\n')).toBe('STATUS=3/4 ready MAINPID=1 heavy-0 starting');
  });

  test('keeps what fits and marks what was cut', () => {
    expect(statusOf('x'.repeat(STATUS_LENGTH_MAX))).toBe(`STATUS=${'x'.repeat(STATUS_LENGTH_MAX)}`);
    expect(statusOf('x'.repeat(STATUS_LENGTH_MAX + 1))).toBe(`STATUS=${'x'.repeat(STATUS_LENGTH_MAX - 1)}…`);
  });

  test('of any text is one line of valid UTF-8 that PID 1 reads whole, beside the longest other assignments', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 3 * STATUS_LENGTH_MAX }), (text) => {
        const sent = datagram(['RELOADING=1', `MONOTONIC_USEC=${2n ** 64n}`, statusOf(text)]);
        const bytes = new TextEncoder().encode(sent);
        expect(sent.split('\n')).toHaveLength(3);
        expect(bytes.length).toBeLessThan(DATAGRAM_BYTES_MAX);
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toThrow();
      }),
    );
  }, 60_000);
});
