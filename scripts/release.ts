/**
 * `bun run release [--allow-dirty]`: into `dist/` the program, its Debian package, its bill of materials and their checksums.
 * The same commit gives the same bytes, wherever the checkout is (docs/install.md says what that takes).
 */
import { $ } from 'bun';
import { join, relative } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { readLock } from './release/read-lock.ts';
import { billOfMaterials } from './release/sbom.ts';

const root = join(import.meta.dir, '..');
const dist = join(root, 'dist');
const { version } = packageJson;
const program = join(dist, 'ssw-infer');
const bill = join(dist, `ssw-infer_${version}.cdx.json`);

/** Of what is committed; a release of anything else could not be made again. */
async function source(): Promise<{ commit: string; epochS: number }> {
  const changed = (await $`git status --porcelain`.cwd(root).quiet().text()).trim();
  if (changed !== '' && !process.argv.includes('--allow-dirty')) {
    throw new Error(`not committed, so nobody could make this release again (or: --allow-dirty):\n${changed}`);
  }
  const [commit = '', epochS = ''] = (await $`git log -1 --format=${'%H %ct'}`.cwd(root).quiet().text())
    .trim()
    .split(' ');
  return { commit, epochS: Number(epochS) };
}

async function sha256(file: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  for await (const part of Bun.file(file).stream()) hasher.update(part);
  return hasher.digest('hex');
}

async function writeBill(commit: string, epochS: number): Promise<void> {
  const locked = readLock(await Bun.file(join(root, 'bun.lock')).text());
  const licences = new Map<string, string>();
  for (const path of locked.packages.keys()) {
    const { license }: { license?: unknown } = await Bun.file(join(root, 'node_modules', path, 'package.json')).json();
    if (typeof license === 'string') licences.set(path, license);
  }
  const document = billOfMaterials({
    program: { version, sha256: await sha256(program) },
    commit,
    builtAt: new Date(epochS * 1000),
    bun: { version: Bun.version, sha256: await sha256(process.execPath) },
    locked,
    licenceOf: (path) => licences.get(path),
  });
  await Bun.write(bill, `${JSON.stringify(document, null, 2)}\n`);
}

async function writeChecksums(files: readonly string[]): Promise<string> {
  const lines = await Promise.all(files.map(async (it) => `${await sha256(it)}  ${relative(dist, it)}\n`));
  const sums = join(dist, 'SHA256SUMS');
  await Bun.write(sums, lines.join(''));
  return sums;
}

const { commit, epochS } = await source();
const environment = { ...process.env, SOURCE_DATE_EPOCH: `${epochS}` };
await $`${process.execPath} install --frozen-lockfile --silent`.cwd(root);
await $`${process.execPath} run scripts/build.ts --outfile ${program}`.cwd(root).env(environment).quiet();
await writeBill(commit, epochS);
const deb = await $`sh packaging/build-deb.sh --binary ${program} --version ${version} --out ${dist} --sbom ${bill}`
  .cwd(root)
  .env(environment)
  .text();
const files = [program, deb.trim(), bill];
const sums = await writeChecksums(files);
process.stdout.write(`${[...files, sums].join('\n')}\n`);
