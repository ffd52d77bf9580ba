import type { Socket } from 'bun';
import { COMPLETION, document, MODEL, SEED_IN_STEP, STREAM_BEGIN, streamEnd } from './answers.ts';
import { metricsText } from './metrics.ts';
import type { Pacer } from './pacer.ts';
import { createRequestReader, type UpstreamRequest } from './request-reader.ts';

/** One client of the fake upstream. */
export interface UpstreamConnection {
  data(bytes: Buffer): void;
  drain(): void;
  close(): void;
}

/** Bytes kept for a client that does not read; a stream of the benchmark is some 10 kB. */
const UNSENT_BYTES_MAX = 4_194_304;
const JSON_TYPE = 'application/json';
const completion = document('200 OK', JSON_TYPE, COMPLETION);
const health = document('200 OK', 'text/plain', '');
const models = document(
  '200 OK',
  JSON_TYPE,
  JSON.stringify({ object: 'list', data: [{ id: MODEL, object: 'model' }] }),
);
const inStep = new RegExp(`"seed": *${SEED_IN_STEP}\\b`);
const unknown = document('404 Not Found', JSON_TYPE, JSON.stringify({ detail: 'Not Found' }));

export function serveConnection(socket: Socket<UpstreamConnection>, pacer: Pacer): UpstreamConnection {
  const requests = createRequestReader();
  let unsent: Buffer | undefined;
  let open = true;

  const send = (bytes: Buffer) => {
    const all = unsent === undefined ? bytes : Buffer.concat([unsent, bytes]);
    const sent = Math.max(0, socket.write(all));
    unsent = sent === all.byteLength ? undefined : all.subarray(sent);
    if ((unsent?.byteLength ?? 0) > UNSENT_BYTES_MAX) socket.terminate();
  };
  const stream = (body: string) => {
    const tokens = Number(/"max_(?:completion_)?tokens": *(\d+)/.exec(body)?.[1] ?? 1);
    let left = tokens;
    send(STREAM_BEGIN);
    const give = (token: Buffer) => {
      if (!open) return false;
      send(token);
      left -= 1;
      if (left === 0) send(streamEnd(tokens, /"include_usage": *true/.test(body)));
      return left > 0;
    };
    pacer.add({ give }, performance.now(), inStep.test(body));
  };
  const answer = ({ path, body }: UpstreamRequest) => {
    if (!path.endsWith('/completions')) send(lookUp(path, pacer));
    else if (/"stream": *true/.test(body)) stream(body);
    else send(completion);
  };

  return {
    data(bytes) {
      const request = requests.read(bytes);
      if (request !== undefined) answer(request);
    },
    drain() {
      if (unsent !== undefined) send(Buffer.alloc(0));
    },
    close() {
      open = false;
    },
  };
}

/** An engine that never stalls: its count of steps is the time. */
function lookUp(path: string, pacer: Pacer): Buffer {
  if (path === '/health') return health;
  if (path === '/metrics')
    return document('200 OK', 'text/plain', metricsText(Math.ceil(performance.now()), pacer.streams));
  return path === '/v1/models' ? models : unknown;
}
