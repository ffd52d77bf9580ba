import { afterAll, describe, expect, test } from 'bun:test';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTATIONS } from './mutations.ts';

/** Stories that a mistake may need to show. */
const SEEDS = 60;
const LIMIT_MS = 120_000;

const root = join(import.meta.dir, '../..');
const copy = await mkdtemp(join(tmpdir(), 'ssw-infer-mutations-'));
afterAll(() => rm(copy, { recursive: true }));
for (const part of ['src', 'package.json', 'tsconfig.json', 'test/simulation', 'test/support/random.ts']) {
  await cp(join(root, part), join(copy, part), { recursive: true });
}
await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));

/** What the simulator says of the copy as it is. */
async function simulated(): Promise<string> {
  const command = [process.execPath, 'test/simulation/run.ts', '--seeds', String(SEEDS)];
  const simulator = Bun.spawn(command, { cwd: copy, stdout: 'pipe', stderr: 'inherit' });
  return simulator.stdout.text();
}

describe('the simulator notices that', () => {
  for (const { mistake, file, is, becomes, breaks } of MUTATIONS) {
    test(
      mistake,
      async () => {
        const path = join(copy, file);
        const text = await Bun.file(path).text();
        expect(text.split(is)).toHaveLength(2);
        await Bun.write(path, text.replace(is, becomes));
        const said = await simulated();
        await Bun.write(path, text);
        expect(said).toContain(`breaks invariant ${breaks}:`);
      },
      LIMIT_MS,
    );
  }
});
