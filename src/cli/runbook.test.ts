import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_RUNBOOKS } from '../engine/index.ts';
import { parseInvocation } from './invocation.fixture.ts';
import { RUNBOOK_PAGES } from './runbook-pages.ts';
import { runbook } from './runbook.ts';

const root = join(import.meta.dir, '../..');
const folder = join(root, 'docs/runbooks');
const pages = Object.entries(RUNBOOK_PAGES);
const alerts = readFileSync(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8');

/** What the shell would run: indented lines, and what stands in backquotes; `ssw-infer` alone is a name. */
function invocationsIn(page: string): string[] {
  const blocks = page.matchAll(/^ {4}(ssw-infer .+)$/gm);
  const inline = page.matchAll(/`(ssw-infer [^`]+)`/g);
  return [...blocks, ...inline].map(([, command = '']) => command);
}

test('every page of docs/runbooks is in the program, and in the list for people', () => {
  const files = readdirSync(folder).filter((it) => it !== 'README.md');
  expect(files.toSorted()).toEqual(pages.map(([name]) => `${name}.md`).toSorted());
  const list = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const file of files) expect(list).toContain(`(${file})`);
});

test.each(pages)('%s has its five parts, and its first three commands are three', (_name, page) => {
  const parts = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(page).toContain('\n**Symptom.** ');
  expect(parts).toEqual(['First three commands', 'Causes', 'Fix', 'Prevention']);
  const [, commands = ''] = /## First three commands\n\n((?: {4}.+\n)+)/.exec(page) ?? [];
  expect(commands.trimEnd().split('\n')).toHaveLength(3);
  expect(page.split('\n').length).toBeLessThan(60);
});

test.each(pages)('%s names only commands and options that there are', (_name, page) => {
  const invocations = invocationsIn(page);
  expect(invocations.length).toBeGreaterThan(0);
  for (const it of invocations) expect({ [it]: parseInvocation(it) }).toEqual({ [it]: 'understood' });
});

test('a command that there is not would be found', () => {
  expect(parseInvocation('ssw-infer status --loudly')).toContain('unknown option');
  expect(parseInvocation('ssw-infer conjure heavy')).toContain('unknown command');
  expect(parseInvocation('ssw-infer drain')).toContain('missing required argument');
});

test.each(pages)('%s is pointed at by an alert, an ending or a line of status', (name) => {
  const told = ['src/cli/status-tables.ts', 'src/node/keys/key-warnings.ts'].map((it) =>
    readFileSync(join(root, it), 'utf8'),
  );
  const byEnding = Object.values(EXIT_RUNBOOKS).some((it) => it === name);
  const byAlert = alerts.includes(`docs/runbooks/${name}.md`);
  const byStatus = told.some((it) => it.includes(`'${name}'`) || it.includes(`runbook ${name})`));
  expect([byEnding, byAlert, byStatus]).toContain(true);
});

test('every pointer leads to a page', () => {
  const known = new Set(Object.keys(RUNBOOK_PAGES));
  for (const name of Object.values(EXIT_RUNBOOKS)) if (name !== undefined) expect(known).toContain(name);
  for (const [, name = ''] of alerts.matchAll(/docs\/runbooks\/([a-z-]+)\.md/g)) expect(known).toContain(name);
  for (const [, page] of pages)
    for (const [, name = ''] of page.matchAll(/\(([a-z-]+)\.md\)/g)) expect(known).toContain(name);
});

test('`runbook` prints a page, and without a name which there are', () => {
  const out: string[] = [];
  const terminal = { out: (text: string) => void out.push(text), err: () => undefined, columns: undefined };
  expect(runbook('card-lost', terminal)).toBe(0);
  expect(runbook(undefined, terminal)).toBe(0);
  expect(out[0]).toStartWith('# Card lost\n');
  for (const [name] of pages) expect(out[1]).toMatch(new RegExp(`^${name} +\\S`, 'm'));
});
