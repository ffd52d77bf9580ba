import { expect, test } from 'bun:test';
import { findPortHolder } from './port-holder.ts';
import { readProcess } from './proc.ts';

const listen = (hostname: string): Bun.TCPSocketListener => Bun.listen({ hostname, port: 0, socket: { data() {} } });

test.each(['127.0.0.1', '0.0.0.0'])('who listens on %s is found by port', (hostname) => {
  const listener = listen(hostname);
  const { port } = listener;
  try {
    expect(findPortHolder(port)).toEqual({ pid: process.pid, name: readProcess(process.pid)?.comm });
  } finally {
    listener.stop(true);
  }
  expect(findPortHolder(port)).toBeUndefined();
});
