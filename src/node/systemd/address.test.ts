import { expect, test } from 'bun:test';
import { endianness } from 'node:os';
import { SUN_PATH_BYTES, unixAddress } from './address.ts';

const AF_UNIX = [1, 0];
const ascii = (text: string) => [...new TextEncoder().encode(text)];

test('this machine orders bytes as the address does', () => {
  expect(endianness()).toBe('LE');
});

test('a path ends with a zero byte', () => {
  expect(unixAddress('/run/n')).toEqual({ ok: true, bytes: new Uint8Array([...AF_UNIX, ...ascii('/run/n'), 0]) });
});

test('an abstract name begins with one, and ends where the address ends', () => {
  expect(unixAddress('@n')).toEqual({ ok: true, bytes: new Uint8Array([...AF_UNIX, 0, ...ascii('n')]) });
});

test.each(['vsock:2:9999', 'run/notify', ''])('%p is refused by name', (notifySocket) => {
  const address = unixAddress(notifySocket);
  expect(address).toMatchObject({ ok: false, message: expect.stringContaining(`NOTIFY_SOCKET=${notifySocket} is`) });
});

test('a path that leaves no room for its zero byte is refused, one byte less is not', () => {
  expect(unixAddress(`/${'x'.repeat(SUN_PATH_BYTES - 1)}`).ok).toBe(false);
  expect(unixAddress(`/${'x'.repeat(SUN_PATH_BYTES - 2)}`).ok).toBe(true);
});
