import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { OPERATIONS } from '../../src/gateway/openapi/operations.ts';
import { runSchemathesis, type Findings } from './schemathesis.ts';
import { MEMORY_GROWTH_BYTES_MAX } from './settings.ts';
import { startTarget, type Target } from './target.ts';

const RUN_MS_MAX = 1_200_000;
/** The longest a node may take to go, killed after 20 s. */
const STOP_MS_MAX = 30_000;

let target: Target;
let findings: Findings;
let grownBytes = 0;

beforeAll(async () => {
  target = await startTarget();
  const beforeBytes = target.residentBytes();
  findings = await runSchemathesis(target);
  grownBytes = target.residentBytes() - beforeBytes;
  const { test_cases: cases, failures, errors } = findings.report;
  process.stdout.write(`${cases.generated} requests; memory grew by ${Math.round(grownBytes / 1e6)} MB\n`);
  if (failures.length + errors.length > 0) process.stdout.write(findings.text);
}, RUN_MS_MAX);
afterAll(() => target[Symbol.asyncDispose](), STOP_MS_MAX);

describe('what the document allows is served, what it forbids refused, and every answer is as it says', () => {
  test.each(OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`))('%s', (operation) => {
    const failures = findings.report.failures.filter(({ operations }) => operations.includes(operation));
    expect(failures.map(({ code, title }) => `${code} ${title}`)).toEqual([]);
  });
});

test('every operation was asked, and nothing else failed', () => {
  const { operations, failures, errors } = findings.report;
  expect(operations).toMatchObject({ total: OPERATIONS.length, tested: OPERATIONS.length });
  expect({ failures, errors }).toEqual({ failures: [], errors: [] });
});

test('memory is flat', () => expect(grownBytes).toBeLessThan(MEMORY_GROWTH_BYTES_MAX));

test('nothing is left running, and the log has no fault of our own', async () => {
  expect((await target.node.status()).replicas.every((it) => it.in_flight === 0)).toBe(true);
  expect(target.node.log()).not.toContain('this is a bug');
});
