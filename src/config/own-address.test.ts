import { expect, test } from 'bun:test';
import { isLoopback } from './own-address.ts';

test.each(['127.0.0.1', '127.8.9.1', 'localhost', 'LOCALHOST.', 'a.localhost', '::1', '[::1]', '::ffff:127.0.0.1'])(
  '%s is reached from this machine alone',
  (host) => expect(isLoopback(host)).toBe(true),
);

test.each(['0.0.0.0', '::', '10.0.0.1', '127.example.org', 'localhost.example.org', 'node7', '::ffff:10.0.0.1'])(
  '%s may be reached from elsewhere',
  (host) => expect(isLoopback(host)).toBe(false),
);
