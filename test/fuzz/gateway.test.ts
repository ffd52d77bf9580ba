import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { normaliseError } from '../../src/engine/index.ts';
import recorded from '../../src/engine/fixtures/vllm-0.32.0/replies.json';
import { apiOf } from '../../src/gateway/api.ts';
import { completion, pieces, says, type Script } from '../../src/gateway/fixtures/scripted-engine.ts';
import { startTestGateway, type TestGateway } from '../../src/gateway/fixtures/test-gateway.ts';
import { EXTENT, SEED } from '../openapi/settings.ts';
import { GOOD } from './bodies.ts';
import { cut } from './cut.ts';
import { exchange, readAnswer, type Answer } from './exchange.ts';
import { complaintAbout } from './judge.ts';
import { requests, toPieces, type WireRequest } from './requests.ts';

const UNCUT = { chunkBorders: undefined, pieceBorders: [] };
const runs = (numRuns: number) => ({ numRuns, seed: SEED });

/** A gateway whose engine does the same with each request. */
const withEngine = (script: Script): TestGateway => startTestGateway([script], { normaliseError });

async function answerTo(request: WireRequest, { gateway }: TestGateway): Promise<Answer | undefined> {
  const { text, isLate } = await exchange(gateway.port, toPieces(request, ''));
  if (isLate) throw new Error(`not answered in time: ${text.slice(0, 300)}`);
  return readAnswer(text);
}

describe('whatever a client sends', () => {
  test('it gets one answer in the shape of its API, which is never a fault of ours and tells nothing of us', async () => {
    await using it = withEngine(says(completion('hi')));
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const answer = await answerTo(request, it);
        expect(answer === undefined ? 'no answer' : complaintAbout(answer, request)).toBeUndefined();
      }),
      runs(EXTENT.fuzzedRequests),
    );
  });

  test('wherever its bytes are cut, the answer is the same', async () => {
    await using it = withEngine(says(completion('hi')));
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        // The same key would be the same request; a connection counts requests, not pieces.
        const headers = request.headers.filter(([name]) => name !== 'idempotency-key');
        const whole = await answerTo({ ...request, headers, ...UNCUT }, it);
        const inPieces = await answerTo({ ...request, headers }, it);
        expect([inPieces?.status, alike(inPieces, request)]).toEqual([whole?.status, alike(whole, request)]);
      }),
      runs(EXTENT.fuzzedRequests / 4),
    );
  });
});

/** What may be compared: counters move. */
const alike = (answer: Answer | undefined, { path }: WireRequest): string | undefined =>
  path === '/metrics' ? undefined : answer?.body.toString('latin1');

const post = (path: string, body: object): WireRequest => ({
  method: 'POST',
  path,
  headers: [],
  body: Buffer.from(JSON.stringify(body)),
  ...UNCUT,
});
const replies = fc.constantFrom(...recorded);
const borders = fc.array(fc.nat(), { maxLength: 12 });
const asked = ({ path }: { readonly path: string }, stream: boolean) =>
  post(path, { ...GOOD[path], stream, stream_options: { include_usage: true } });

describe('whatever an engine sends', () => {
  test('wherever a recorded answer is cut, the client gets the same', async () => {
    await fc.assert(
      fc.asyncProperty(replies, borders, async (reply, offsets) => {
        const answers: (readonly unknown[])[] = [];
        for (const at of [[], offsets]) {
          await using it = withEngine(replying(reply, cut(Buffer.from(reply.body), at)));
          const answer = await answerTo(asked(reply, isStream(reply)), it);
          answers.push([answer?.status, answer?.body.toString('utf8')]);
        }
        expect(answers[1]).toEqual(answers[0]);
      }),
      runs(EXTENT.fuzzedStreams),
    );
  });

  test('damaged, cut off or nonsense, it is an answer of its API or a stream that says that it broke', async () => {
    await fc.assert(
      fc.asyncProperty(replies, damages, async (reply, damage) => {
        await using it = withEngine(replying(reply, [damaged(Buffer.from(reply.body), damage)], damage.ending));
        const request = asked(reply, isStream(reply));
        const answer = await answerTo(request, it);
        expect(answer === undefined ? 'no answer' : complaintAbout(answer, request, true)).toBeUndefined();
        if (answer !== undefined) expect(endOf(answer, request)).not.toBe('cut off');
      }),
      runs(EXTENT.fuzzedStreams),
    );
  });
});

interface Damage {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Whether what comes after the damage comes at all. */
  readonly ending: 'end' | 'break';
}

const damages: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  bytes: fc.uint8Array({ maxLength: 20 }),
  ending: fc.constantFrom('end', 'break'),
});

function damaged(whole: Buffer, { at, bytes, ending }: Damage): Buffer {
  const start = at % (whole.length + 1);
  const rest = ending === 'break' ? [] : [whole.subarray(start + bytes.length)];
  return Buffer.concat([whole.subarray(0, start), bytes, ...rest]);
}

const isStream = ({ contentType }: { readonly contentType: string }): boolean =>
  contentType.startsWith('text/event-stream');

/** How a stream ends. A document has none: it is whole, or an error. */
function endOf({ headers, body }: Answer, { path }: WireRequest): 'whole' | 'error' | 'cut off' | undefined {
  if (headers.get('content-type')?.startsWith('text/event-stream') !== true) return undefined;
  if (apiOf(path).dialect.isComplete(body)) return 'whole';
  const events = body
    .toString('utf8')
    .trimEnd()
    .split(/\r?\n\r?\n/);
  const last = events.at(-1) ?? '';
  return last.includes('"error":{') ? 'error' : 'cut off';
}

function replying(
  { contentType }: { readonly contentType: string },
  parts: readonly Buffer[],
  ending: Damage['ending'] = 'end',
): Script {
  const headers = { 'content-type': contentType };
  return () => Promise.resolve({ ok: true, status: 200, headers, body: inParts(parts, ending) });
}

async function* inParts(parts: readonly Buffer[], ending: Damage['ending']): AsyncGenerator<Uint8Array> {
  yield* parts;
  yield* pieces([], ending);
}
