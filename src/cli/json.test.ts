import { describe, expect, test } from 'bun:test';
import type { Command } from 'commander';
import { join } from 'node:path';
import { fullPreview, fullQueue, fullReport } from './json.fixture.ts';
import { createProgram } from './program.ts';

const page = await Bun.file(join(import.meta.dir, '../../docs/cli-json.md')).text();
const program = createProgram({ out: () => undefined, err: () => undefined, columns: undefined }, () => undefined);

/** Names of the commands that take `--json`. */
function printing(command: Command, parents = ''): string[] {
  return command.commands.flatMap((it) => {
    const name = `${parents}${it.name()}`;
    return [...(it.options.some(({ long }) => long === '--json') ? [name] : []), ...printing(it, `${name} `)];
  });
}

/** The indented block under the line that begins with the command in question. */
function blockOf(command: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((it) => it.startsWith(`\`${command}\``));
  const first = lines.findIndex((it, index) => index > from && it.startsWith('    '));
  const end = lines.findIndex((it, index) => index > first && it !== '' && !it.startsWith('    '));
  return lines.slice(first, end).join('\n');
}

/** Quoted words that are not the value of a key. */
const documented = (block: string) =>
  [...block.matchAll(/"([a-z_]+)"/g)]
    .filter(({ index }) => !/[:|]$/.test(block.slice(0, index).trimEnd()))
    .map(([, key]) => key ?? '');

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}
const sorted = (keys: readonly string[]) => [...new Set(keys)].toSorted();

describe('docs/cli-json.md', () => {
  test('has a row for every command that takes --json, and for no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z -]+?)(?: --dry-run)? --json`/gm)].map(([, name]) => name ?? '');
    expect(sorted(rows)).toEqual(sorted(printing(program)));
  });
  test.each([
    ['status --json', fullReport],
    ['queue --json', fullQueue],
    ['reload --dry-run --json', fullPreview],
  ])('%s: every key is told, and no other', (command, printed) => {
    expect(sorted(documented(blockOf(command)))).toEqual(sorted(keysOf(printed)));
  });
});
