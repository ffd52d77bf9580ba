import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { ROUTES } from './routes.ts';

const page = await Bun.file(join(import.meta.dir, '../../docs/control-api.md')).text();

/** The cells of the table's rows, in order. */
const rows = page
  .slice(page.indexOf('## Paths'), page.indexOf('## On TCP'))
  .split('\n')
  .filter((it) => it.startsWith('| `'))
  .map((it) =>
    it
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('docs/control-api.md has every path, in the order of the table of routes', () => {
  const told = ROUTES.map(({ method, path, access, does, answers }) => [
    `\`${method} /v1${path}\``,
    access,
    does,
    answers,
  ]);
  expect(rows).toEqual(told);
});
