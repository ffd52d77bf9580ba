import { join } from 'node:path';

/** Files and tests that `docs/acceptance.md` names and that do not exist, one line each; empty when all do. */
export async function missingAcceptance(root: string): Promise<string> {
  const rows = (await Bun.file(join(root, 'docs/acceptance.md')).text())
    .split('\n')
    .filter((it) => it.startsWith('| '));
  const complaints = await Promise.all(rows.flatMap((row) => namedIn(row)).map((it) => complaint(root, it)));
  return complaints.filter((it) => it !== '').join('\n');
}

interface Named {
  readonly file: string;
  readonly tests: readonly string[];
}

/** Files stand in backquotes; tests follow their file in straight quotes. */
function namedIn(row: string): Named[] {
  const found = row.matchAll(/`((?:src|test|scripts|bench)\/[^`]+)`([^`]*)/g);
  return [...found].map(([, file = '', rest = '']) => ({
    file,
    tests: [...rest.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }));
}

async function complaint(root: string, { file, tests }: Named): Promise<string> {
  const source = Bun.file(join(root, file));
  if (!(await source.exists())) return `docs/acceptance.md names ${file}, which is not there`;
  const text = (await source.text()).replaceAll("\\'", "'");
  const missing = tests.filter((it) => !text.includes(it));
  return missing.map((it) => `docs/acceptance.md names a test that ${file} does not have: ${it}`).join('\n');
}
