import { afterEach, expect, test } from 'bun:test';
import { COMPLETION, document } from '../upstream/answers.ts';
import { drive } from './drive.ts';
import type { Job } from './job.ts';

let server: Bun.TCPSocketListener | undefined;
afterEach(() => server?.stop(true));

const right = document('200 OK', 'application/json', COMPLETION);
const refusal = document('503 Service Unavailable', 'application/json', '{}');

/** A server that answers the n-th request with `answer(n)`. */
function serve(answer: (requestNumber: number) => Buffer): number {
  let requests = 0;
  const data = (socket: Bun.Socket) => {
    requests += 1;
    socket.write(answer(requests));
  };
  server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data } });
  return server.port;
}

const job = (port: number): Job => ({
  port,
  concurrency: 4,
  kind: 'requests',
  model: 'm',
  tokens: 1,
  rampMs: 0,
  warmUpMs: 20,
  windowMs: 200,
  pids: [process.pid],
});

test('a window holds answers, their times and the CPU time of the processes watched', async () => {
  const measured = await drive(job(serve(() => right)));
  expect(measured).toMatchObject({ errors: 0, faults: [] });
  expect(measured.answers).toBeGreaterThan(0);
  expect(measured.samples).toBe(measured.answers);
  expect(measured.windowSeconds).toBeGreaterThanOrEqual(0.199);
  expect(measured.timeMs.p99Ms).toBeGreaterThanOrEqual(measured.timeMs.p50Ms);
  expect(measured.processes[0]?.residentBytes).toBeGreaterThan(0);
});

test('every fault is counted, a few are told, and no time is taken of them', async () => {
  const measured = await drive(job(serve((number) => (number > 8 && number <= 24 ? refusal : right))));
  expect(measured.errors).toBe(16);
  expect(new Set(measured.faults)).toEqual(new Set(['status 503']));
  expect(measured.faults.length).toBeLessThan(16);
});

test('a target that only refuses is given up, and that is an error', async () => {
  let requests = 0;
  const port = serve((number) => {
    requests = number;
    return refusal;
  });
  const failure = await drive(job(port)).then(
    () => undefined,
    (cause: unknown) => String(cause),
  );
  expect(failure).toContain('status 503');
  expect(requests).toBeLessThanOrEqual(1004);
});
