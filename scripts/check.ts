/** `bun run check`: types, format, lint, room rules, generated files. Runs all, then fails if one failed. */
import { $ } from 'bun';
import { join } from 'node:path';
import { missingAcceptance } from './acceptance.ts';

const root = join(import.meta.dir, '..');
const bun = process.execPath;
const schemaFile = join(root, 'config/replicas.schema.json');

async function schemaIsFresh(): Promise<string> {
  const generated = await $`${bun} run src/main.ts schema`.cwd(root).quiet().text();
  // The formatter has its own idea of the file's line breaks.
  const isFresh = Bun.deepEquals(JSON.parse(generated), await Bun.file(schemaFile).json());
  return isFresh ? '' : 'config/replicas.schema.json is stale: bun run schema';
}

async function run(command: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await $`${command}`.cwd(root).nothrow().quiet();
  return exitCode === 0 ? '' : `${stdout.toString()}${stderr.toString()}`.trim();
}

const checks: Record<string, () => Promise<string>> = {
  types: () => run([bun, 'check', '--no-script']),
  format: () => run([bun, 'fmt', '--no-script', '--check', '.']),
  lint: () => run([join(root, 'node_modules/.bin/oxlint'), '--type-aware', '--quiet']),
  rooms: () => run([bun, 'test', 'src/rooms.test.ts']),
  schema: schemaIsFresh,
  acceptance: () => missingAcceptance(root),
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const complaint = await check();
  process.stdout.write(`${complaint === '' ? 'ok  ' : 'FAIL'} ${name}\n${complaint === '' ? '' : `${complaint}\n`}`);
  if (complaint !== '') failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
