import { expect, test } from 'bun:test';
import { parseListeners } from './net-tcp.ts';

/** As the kernel writes it: local and remote address, state, and after some fields the inode. */
const line = (local: string, state = '0A') =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 18245 1 0000000000000000 100 0 0 10 0`;
const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

test.each([
  ['127.0.0.1', '0100007F:1F40'],
  ['127.0.1.1', '0101007F:1F40'],
  ['0.0.0.0', '00000000:1F40'],
  ['::1', '00000000000000000000000001000000:1F40'],
  ['::', '00000000000000000000000000000000:1F40'],
  ['::ffff:127.0.0.1', '0000000000000000FFFF00000100007F:1F40'],
])('who listens on %s is in the way of who wants loopback', (_, address) => {
  expect(parseListeners(`${HEADER}\n${line(address)}\n`)).toEqual([{ port: 8000, inode: '18245' }]);
});

test.each([
  ['another address', line('0101A8C0:1F40')],
  ['another IPv6 address', line('B80D0120000000000000000001000000:1F40')],
  ['a connection', line('0100007F:1F40', '01')],
  ['a connection that is closing', line('0100007F:1F40', '06')],
  ['what is no line', 'garbage'],
  ['nothing', ''],
])('%s is in nobody’s way', (_, text) => {
  expect(parseListeners(`${HEADER}\n${text}\n`)).toEqual([]);
});
