import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblem, parseConfig } from './index.ts';

const root = join(import.meta.dir, '../..');

function problemsOf(text: string): string[] {
  const result = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  return result.ok ? [] : result.problems.map(formatProblem);
}

/** Whole configs of a page: indented, the first line names the file. */
function configsIn(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^ {4}# \/etc\/ssw-infer\/replicas\.yaml\n((?: {4}.*\n)+)/gm)].map(([, block = '']) =>
    block.replaceAll(/^ {4}/gm, ''),
  );
}

test('every config of docs/migration.md is valid', () => {
  const configs = configsIn('docs/migration.md');
  expect(configs).toHaveLength(3);
  for (const it of configs) expect(problemsOf(it)).toEqual([]);
});

test('the configs of the containers are valid', () => {
  for (const file of ['deploy/replicas.yaml', 'deploy/replicas.sim.yaml'])
    expect(problemsOf(readFileSync(join(root, file), 'utf8'))).toEqual([]);
});
