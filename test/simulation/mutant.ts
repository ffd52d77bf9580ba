import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mistake that somebody could make, and the rule that tells of it. */
export interface Mutation<Rule> {
  readonly mistake: string;
  readonly file: string;
  /** Must be in the file as it stands, once. */
  readonly is: string;
  readonly becomes: string;
  readonly breaks: Rule;
}

/** A copy of the code, to make mistakes in. */
export interface Mutant {
  /** What a simulator, named with its arguments, says of the code with that mistake. Throws where it cannot be made. */
  said(mutation: Mutation<unknown>, simulator: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

const ROOT = join(import.meta.dir, '../..');
const PARTS = ['src', 'package.json', 'tsconfig.json', 'test/simulation', 'test/support/random.ts'];

export async function createMutant(): Promise<Mutant> {
  const copy = await mkdtemp(join(tmpdir(), 'ssw-infer-mutations-'));
  for (const part of PARTS) await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return {
    async said({ file, is, becomes }, simulator) {
      const path = join(copy, file);
      const text = await Bun.file(path).text();
      if (text.split(is).length !== 2) throw new Error(`${file} does not have this once: ${is}`);
      await Bun.write(
        path,
        text.replace(is, () => becomes),
      );
      const command = [process.execPath, ...simulator];
      const simulated = Bun.spawn(command, { cwd: copy, stdout: 'pipe', stderr: 'inherit' });
      const said = await simulated.stdout.text();
      await Bun.write(path, text);
      return said;
    },
    remove: () => rm(copy, { recursive: true }),
  };
}
