import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXIT_RULES } from './rules.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/recovery.md', import.meta.url)), 'utf8');
const [, ending = ''] = page.split('## An ending');

test.each(Object.keys(EXIT_RULES))('bug: the operator finds the cause %s among the endings', (cause) => {
  expect(ending.split('\n## ')[0]).toContain(`\`${cause}\``);
});
