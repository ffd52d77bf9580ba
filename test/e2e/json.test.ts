import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { FAST_LIMITS, FAST_REPLICAS, runBinary, startNode, type TestNode } from '../support/node.ts';

const page = await Bun.file(join(import.meta.dir, '../../docs/cli-json.md')).text();
let node: TestNode;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.allReady();
});
afterAll(() => node[Symbol.asyncDispose]());

/** The shape in a row of the page: `[{fingerprint, pool}]`. */
function shapeOf(command: string): string {
  const row = page.split('\n').find((it) => it.startsWith(`| \`${command} --json\``));
  return /`([[{].*?)`/.exec(row?.replace(/^\| `[^`]*`/, '') ?? '')?.[1] ?? '';
}

/** The keys of the outermost object of a shape. */
const outerKeys = (shape: string): string[] => {
  const inner = shape
    .replace(/^\[?\{/, '')
    .replace(/\}\]?$/, '')
    .replace(/"[^"]*"/g, '')
    .replace(/\[[^\]]*\]/g, '');
  return inner
    .split(',')
    .map((it) => it.split(':')[0]?.trim() ?? '')
    .toSorted();
};
const keys = (value: object): string[] => Object.keys(value).toSorted();

async function printed(command: string, ...more: string[]): Promise<string> {
  return (await node.command(...command.split(' '), '--json', ...more)).out.trim();
}
const parsed = (text: string): object => JSON.parse(text) as object;

describe('what docs/cli-json.md says of', () => {
  test.each(['check', 'reload --dry-run'])('%s is what it prints', async (command) => {
    expect(keys(parsed(await printed(command)))).toEqual(outerKeys(shapeOf(command)));
  });
  test('version is what it prints', async () => {
    const { out } = await runBinary(['version', '--json'], node.directory);
    expect(keys(parsed(out))).toEqual(outerKeys(shapeOf('version')));
  });
  test.each(['logs', 'history'])('%s is what each line has', async (command) => {
    const lines = (await printed(command, 'heavy-0')).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const it of lines) expect(keys(parsed(it))).toEqual(outerKeys(shapeOf(command)));
  });
  test.each(['quarantine', 'queue audit'])('%s is a list', async (command) => {
    expect(shapeOf(command)).toStartWith('[{');
    expect(parsed(await printed(command))).toEqual([]);
  });
  test('keys is what its commands print', async () => {
    const file = join(node.directory, 'some-keys.json');
    const added = parsed(await printed('keys add', '--file', file, '--tenant', 'acme')) as { id: string };
    expect(keys(added)).toEqual(outerKeys(shapeOf('keys add')));
    const [listed = {}] = parsed(await printed('keys list', '--file', file)) as object[];
    expect(keys(listed)).toEqual(outerKeys(shapeOf('keys list')));
    expect(keys(parsed(await printed('keys revoke', added.id, '--file', file)))).toEqual(
      outerKeys(shapeOf('keys revoke')),
    );
  });
});
