import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run.ts';
import type { Terminal } from './terminal.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssw-plan-'));
  const shipped = await Bun.file(`${import.meta.dir}/../../config/replicas.yaml`).text();
  const nowhere = `\npaths: { cache: ${folder}/cache }\n`;
  await writeFile(
    join(folder, 'fits.yaml'),
    shipped.replace('kind: vllm', 'kind: vllm\n  env: { HF_HOME: /nonexistent }') + nowhere,
  );
  await writeFile(join(folder, 'broken.yaml'), 'pools: {}\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...words: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = { out: (it) => void out.push(it), err: (it) => void err.push(it), columns: undefined };
  const code = await runCommand(['plan', ...words], terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const file = (name: string) => ['--config', join(folder, name)];

test('the shipped split fits two A40s: who gets what of each card', async () => {
  const { code, out, err } = await run(...file('fits.yaml'), '--card', 'A40');
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(`card 0: 44.40 GiB (given) · shares 0.90 · processes about 1.02 GiB · 3.42 GiB left
REPLICA  SHARE  WEIGHTS   OVERHEAD  KV CACHE   KV TOKENS  AT 1K  AT 4K  AT 16K  VERDICT
heavy-0  0.52   9.36 GiB  1.93 GiB  11.80 GiB  64,432     62     15     3       fits
light-0  0.38   5.74 GiB  1.66 GiB  9.47 GiB   68,928     67     16     4       fits

card 1: 44.40 GiB (given) · shares 0.90 · processes about 1.02 GiB · 3.42 GiB left
REPLICA  SHARE  WEIGHTS   OVERHEAD  KV CACHE   KV TOKENS  AT 1K  AT 4K  AT 16K  VERDICT
heavy-1  0.52   9.36 GiB  1.93 GiB  11.80 GiB  64,432     62     15     3       fits
light-1  0.38   5.74 GiB  1.66 GiB  9.47 GiB   68,928     67     16     4       fits

heavy: Qwen/Qwen2.5-14B-Instruct-AWQ, shape from a table in this program (not in the model cache), weights counted from the shape
light: Qwen/Qwen3-8B-AWQ, shape from a table in this program (not in the model cache), weights counted from the shape`);
});

test('where it does not fit the exit code is 1 and the reason is told', async () => {
  const { code, out, err } = await run(...file('fits.yaml'), '--card-memory-gib', '24');
  expect(code).toBe(1);
  expect(out).toContain('no');
  expect(err).toStartWith(
    'heavy-0: of 12.48 GiB (0.52 of the card) the weights take 9.36 GiB, and at best 2.82 GiB are left',
  );
});

test('JSON is one document with the problems in it', async () => {
  const { code, out, err } = await run(...file('fits.yaml'), '--card-memory-gib', '24', '--json');
  expect([code, err]).toEqual([1, '']);
  expect(JSON.parse(out)).toMatchObject({
    config: join(folder, 'fits.yaml'),
    ok: false,
    cards: [
      { gpu: 0, from: 'given', replicas: [{ name: 'heavy-0', verdict: 'no', memory: { source: 'built-in' } }, {}] },
      {},
    ],
    uncounted: [],
    problems: [{ replica: 'heavy-0', certain: true }, { replica: 'light-0', certain: false }, {}, {}],
  });
});

test.each([
  [78, file('broken.yaml')],
  [64, ['--card', 'A41']],
  [64, ['--card-memory-gib', '0']],
  [64, ['--card', 'A40', '--card-memory-gib', '40']],
])('exit %d: %p', async (code, words) => {
  const result = await run(...(words.includes('--config') ? words : [...file('fits.yaml'), ...words]));
  expect(result.code).toBe(code);
  expect(result.err).not.toBe('');
});
