import { afterAll, beforeAll, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { EXTENT, MEMORY_GROWTH_BYTES_MAX, SEED } from '../openapi/settings.ts';
import { startTarget, type Target } from '../openapi/target.ts';
import { until } from '../support/wait.ts';
import { exchange, readAnswer } from './exchange.ts';
import { complaintAbout } from './judge.ts';
import { requests, toPieces } from './requests.ts';

const START_MS_MAX = 60_000;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let target: Target;
let replicaPids: readonly unknown[];
const pids = async (): Promise<readonly unknown[]> => (await target.node.status()).replicas.map(({ pid }) => pid);

beforeAll(async () => {
  target = await startTarget();
  replicaPids = await pids();
}, START_MS_MAX);
afterAll(() => target[Symbol.asyncDispose](), STOP_MS_MAX);

/** Asks odd things so many times. */
async function fuzz(numRuns: number, seed: number): Promise<void> {
  const port = Number(new URL(target.url).port);
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const { text, isLate } = await exchange(port, toPieces(request, `authorization: Bearer ${target.key}\r\n`));
      expect(isLate).toBe(false);
      const answer = readAnswer(text);
      // Engines may be told to wait no longer than a moment.
      const mayFail = answer?.status === 503 && text.includes('queue_timeout');
      expect(answer === undefined ? 'no answer' : complaintAbout(answer, request, mayFail)).toBeUndefined();
    }),
    { numRuns, seed },
  );
}

test('whatever a client sends, it gets one answer in the shape of its API, and memory is flat', async () => {
  const warmUpRuns = Math.ceil(EXTENT.fuzzedRequests / 10);
  await fuzz(warmUpRuns, SEED + 1);
  const beforeBytes = target.residentBytes();
  await fuzz(EXTENT.fuzzedRequests, SEED);
  const grownBytes = target.residentBytes() - beforeBytes;
  process.stdout.write(`memory grew by ${Math.round(grownBytes / 1e6)} MB\n`);
  expect(grownBytes).toBeLessThan(MEMORY_GROWTH_BYTES_MAX);
});

test('nothing crashed, nothing is left running, and who asks rightly is served', async () => {
  expect(target.node.log()).not.toContain('this is a bug');
  expect(await pids()).toEqual(replicaPids);
  await until('nothing runs', async () => (await target.node.status()).replicas.every((it) => it.in_flight === 0));
  const response = await fetch(`${target.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'light', max_tokens: 3, messages: [{ role: 'user', content: 'Hi' }] }),
  });
  expect(response.status).toBe(200);
});
