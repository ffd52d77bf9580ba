import { readFileSync } from 'node:fs';
import { FAST_LIMITS, startNode, type TestNode } from '../../support/node.ts';
import { question } from '../requests.ts';
import type { FarHost } from './far-host.ts';
import { BODIES_BYTES_MAX, LONG_BODY_BYTES, SLOW_CLIENT_TIMEOUT_S } from './settings.ts';

/** Waiting is not ended by the line's own limit, nor an answer by its length, as long as the test lasts. */
const config = (host: string) => `
gateway:
  host: ${host}
  port: 0
  slow_client_timeout_s: ${SLOW_CLIENT_TIMEOUT_S}
queue: { max_wait_s: 600, flush_after_s: 1, max_body_bytes: ${BODIES_BYTES_MAX} }
pools:
  light: { model: sim/light, max_model_len: 1048576, args: { sim-start-s: 0.2, sim-kv-tokens: 100000000 } }
  narrow: { model: sim/narrow, max_model_len: 1048576, args: { sim-start-s: 0.2, sim-kv-tokens: 100000000, max-num-seqs: 1 } }
replicas: [{ name: light-0, pool: light }, { name: narrow-0, pool: narrow }]
${FAST_LIMITS}`;

/** The compiled binary, listening where the far host reaches it, with the one room of `narrow` taken. */
export interface Target extends AsyncDisposable {
  readonly node: TestNode;
  readonly port: number;
  /** What `/metrics` has for this series, all labels together. */
  sumOf(series: string): Promise<number>;
  /** The status of a request with a long body: 503 while there is no room for it. */
  statusOfLongBody(): Promise<number>;
  /** Ports to which a connection of the gateway is open. */
  openTo(): ReadonlySet<number>;
}

export async function startTarget(host: FarHost): Promise<Target> {
  await using held = new AsyncDisposableStack();
  const node = held.use(await startNode(config(host.nearAddress)));
  const url = await node.url();
  await node.allReady();
  const [ask, holding] = [`${url}/v1/chat/completions`, new AbortController()];
  const post = (body: string) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const stream = await fetch(ask, {
    ...post(question(1_000_000, { model: 'narrow', stream: true })),
    signal: holding.signal,
  });
  const reading = stream.text().catch(() => undefined); // else it would be cut off as one who takes nothing
  held.defer(async () => {
    holding.abort();
    await reading;
  });
  const port = Number(new URL(url).port);
  const end = held.move();
  return {
    node,
    port,
    async sumOf(series) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const found = text.matchAll(new RegExp(`^${series}(?:\\{.*\\})? (\\S+)$`, 'gm'));
      return found.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async statusOfLongBody() {
      const answer = await fetch(ask, post(' '.repeat(LONG_BODY_BYTES)));
      await answer.body?.cancel();
      return answer.status;
    },
    openTo: () => openTo(node.pid, port),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** proc(5), `net/tcp`: local and remote address as hex, with the port after the colon; state 01 is ESTABLISHED. */
function openTo(pid: number, port: number): ReadonlySet<number> {
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1);
  const portIn = (address = '') => Number.parseInt(address.split(':')[1] ?? '', 16);
  const found = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => portIn(local) === port && state === '01')
    .map(([, , remote]) => portIn(remote));
  return new Set(found);
}
