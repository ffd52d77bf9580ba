import { z } from 'zod';

/** A package of `bun.lock`. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** As npm's registry states it: `sha512-` and base64. */
  readonly integrity: string;
  /** Where it is below `node_modules`: its name, or after its parent's path where two versions are installed. */
  readonly path: string;
  /** Paths of what it needs at run time. */
  readonly needs: readonly string[];
}

/** What the program is built from: its direct dependencies, and all that these need, by path. */
export interface Locked {
  readonly direct: readonly string[];
  readonly packages: ReadonlyMap<string, LockedPackage>;
}

const names = z.record(z.string(), z.string()).default({});
const lockSchema = z.object({
  lockfileVersion: z.number().min(1).max(2),
  workspaces: z.object({ '': z.object({ dependencies: names }) }),
  packages: z.record(
    z.string(),
    z.tuple([z.string(), z.string(), z.object({ dependencies: names }), z.string().startsWith('sha512-')]),
  ),
});
type Lock = z.infer<typeof lockSchema>;

/** Reads the text of a `bun.lock` (version 1 or 2); development's dependencies are left out. Throws on another shape. */
export function readLock(text: string): Locked {
  const lock = lockSchema.parse(Bun.JSONC.parse(text));
  const direct = Object.keys(lock.workspaces[''].dependencies);
  const packages = new Map<string, LockedPackage>();
  const ahead = [...direct];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (packages.has(path)) continue;
    const found = packageAt(lock, path);
    packages.set(path, found);
    ahead.push(...found.needs);
  }
  return { direct, packages };
}

function packageAt(lock: Lock, path: string): LockedPackage {
  const entry = lock.packages[path];
  if (entry === undefined) throw new Error(`bun.lock has no package ${path}`);
  const [resolved, , { dependencies }, integrity] = entry;
  const at = resolved.lastIndexOf('@');
  return {
    name: resolved.slice(0, at),
    version: resolved.slice(at + 1),
    integrity,
    path,
    needs: Object.keys(dependencies).map((name) => resolvedFrom(lock, path, name)),
  };
}

/** As `require` looks: below the package itself, then below what it is in, up to the top. */
function resolvedFrom(lock: Lock, path: string, name: string): string {
  const parent = Object.keys(lock.packages)
    .filter((it) => path === it || path.startsWith(`${it}/`))
    .toSorted((a, b) => b.length - a.length)
    .find((it) => `${it}/${name}` in lock.packages);
  return parent === undefined ? name : `${parent}/${name}`;
}
