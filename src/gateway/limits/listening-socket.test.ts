import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { until } from '../../../test/support/wait.ts';
import { rawClient } from '../fixtures/raw-client.ts';
import { startTestGateway } from '../fixtures/test-gateway.ts';
import { findListener, type ListeningSocket } from './listening-socket.ts';
import { tuneListener } from './tune-listener.ts';
import { vanishedClientOptions } from './vanished-clients.ts';

/** proc(5), `net/tcp`: `tr` of a row is 02 where a keep-alive timer runs, 00 where none does. */
function timerOf(localPort: number, remotePort: number): string | undefined {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((it) => it.trim().split(/\s+/));
  const row = rows.find(([, local, remote]) => local?.endsWith(hex(localPort)) && remote?.endsWith(hex(remotePort)));
  return row?.[5]?.slice(0, 2);
}

const serve = (hostname: string) => Bun.serve({ hostname, port: 0, fetch: () => new Response('x') });

describe('a socket that listens', () => {
  test.each(['127.0.0.1', '::1', '0.0.0.0'])('is found by its port: %s', (hostname) => {
    using server = serve(hostname);
    const found = findListener(server.port ?? 0);
    expect(vanishedClientOptions(30_000).map((it) => found?.set(it))).toEqual([true, true, true, true]);
    expect(found?.setBacklog(4096)).toBe(true);
  });

  test('is no socket that is connected to the port, and none of another port', async () => {
    let port = 0;
    {
      using server = serve('127.0.0.1');
      port = server.port ?? 0;
      await (await fetch(server.url)).text(); // its connection is kept
    }
    expect(findListener(port)).toBeUndefined();
  });

  test('an option that the kernel does not know is told', () => {
    using server = serve('127.0.0.1');
    expect(findListener(server.port ?? 0)?.set({ level: 6, name: 9999, value: 1 })).toBe(false);
  });
});

test('bug: nobody asked whether a client that waits is still there', async () => {
  await using it = startTestGateway('wait');
  using client = rawClient(it.gateway.port, '');
  await until('it is connected', () => client.socket.localPort !== undefined);
  const { localPort = 0 } = client.socket;
  await until('its keep-alive timer runs', () => timerOf(it.gateway.port, localPort) === '02');
});

const told = (set: boolean, setBacklog: boolean): ListeningSocket => ({ set: () => set, setBacklog: () => setBacklog });

test.each([
  ['nothing listens', undefined, false],
  ['the kernel refuses an option', told(false, true), false],
  ['its queue cannot be made longer', told(true, false), false],
  ['all is well', told(true, true), true],
])('it is told whether %s', (_, listener, isTuned) => {
  expect(tuneListener(listener, 30_000)).toBe(isTuned);
});
