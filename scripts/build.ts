/** Builds the one binary: `bun run build [--outfile PATH]`, by default `dist/ssw-infer`. */
import { $ } from 'bun';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };

const root = join(import.meta.dir, '..');
const flag = process.argv.indexOf('--outfile');
const outfile = (flag === -1 ? undefined : process.argv[flag + 1]) ?? join(root, 'dist/ssw-infer');
const commit = (await $`git rev-parse --short=12 HEAD`.cwd(root).nothrow().quiet().text()).trim() || 'unknown';
const builtAt =
  process.env['SOURCE_DATE_EPOCH'] === undefined
    ? new Date()
    : new Date(Number(process.env['SOURCE_DATE_EPOCH']) * 1000);

if (Bun.version !== packageJson.packageManager.replace('bun@', '')) {
  process.stderr.write(`this project is built with ${packageJson.packageManager}, not bun@${Bun.version}\n`);
  process.exit(1);
}

// Bytecode and a chunk per command: `version` starts in a third of the time, the stand-in of nvidia-smi in a fifth.
// A compiled binary reads `.env` and `bunfig.toml` of whatever directory it runs in unless it is told not to.
// CommonJS packages would carry the folder of this checkout as their `__dirname`: theirs is Bun's own root, wherever it is.
mkdirSync(dirname(outfile), { recursive: true });
const workshop = mkdtempSync(join(dirname(outfile), '.build-'));
try {
  await $`bun build --compile --minify-syntax --sourcemap=inline --splitting --bytecode --format=esm \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --define BUILD_COMMIT=${JSON.stringify(commit)} --define BUILD_DATE=${JSON.stringify(builtAt.toISOString())} \
    --define process.env.NODE_ENV='"production"' --define __dirname='"/$bunfs/root"' \
    --outfile ${join(workshop, 'ssw-infer')} ${join(root, 'src/main.ts')}`.quiet();
  renameSync(join(workshop, 'ssw-infer'), outfile); // whoever runs the old one keeps it; the maps stay behind
} finally {
  rmSync(workshop, { recursive: true });
}
process.stdout.write(`${outfile}\n`);
