import type { Locked, LockedPackage } from './read-lock.ts';

/** What a bill of materials is made from. Hashes are SHA-256 in hex. */
export interface BillSources {
  readonly program: { readonly version: string; readonly sha256: string };
  /** Of the source, as Git names it. */
  readonly commit: string;
  readonly builtAt: Date;
  /** The executable that the program is appended to. */
  readonly bun: { readonly version: string; readonly sha256: string };
  readonly locked: Locked;
  /** What a package says of its licence, by its path; an SPDX expression. */
  readonly licenceOf: (path: string) => string | undefined;
}

const SPEC_VERSION = '1.6';
const PROGRAM = 'program';
const BUN = 'bun';

/**
 * What the program is made of, as CycloneDX JSON 1.6 (https://cyclonedx.org/docs/1.6/json/): the packages of `bun.lock` with
 * their hashes, and Bun, whose own parts its maker does not list by version; so it says that it does not know them.
 * The same sources give the same document.
 */
export function billOfMaterials(sources: BillSources): object {
  const { program, commit, builtAt, bun, locked } = sources;
  const packages = [...locked.packages.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    $schema: `http://cyclonedx.org/schema/bom-${SPEC_VERSION}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: SPEC_VERSION,
    serialNumber: `urn:uuid:${uuidOf(`${program.sha256} ${commit}`)}`,
    version: 1,
    metadata: {
      timestamp: builtAt.toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': PROGRAM,
        name: 'ssw-infer',
        version: program.version,
        hashes: [{ alg: 'SHA-256', content: program.sha256 }],
        licenses: [{ license: { id: 'Apache-2.0' } }],
        purl: `pkg:generic/ssw-infer@${program.version}?vcs_commit=${commit}`,
      },
    },
    components: [bunComponent(bun), ...packages.map((it) => packageComponent(it, sources.licenceOf(it.path)))],
    dependencies: [
      { ref: PROGRAM, dependsOn: [BUN, ...locked.direct.map((it) => refOf(locked, it))] },
      { ref: BUN },
      ...packages.map((it) => ({ ref: purlOf(it), dependsOn: it.needs.map((path) => refOf(locked, path)).toSorted() })),
    ],
    compositions: [
      { aggregate: 'complete', dependencies: [PROGRAM, ...packages.map(purlOf)] },
      { aggregate: 'unknown', dependencies: [BUN] },
    ],
  };
}

function bunComponent({ version, sha256 }: BillSources['bun']): object {
  return {
    type: 'platform',
    'bom-ref': BUN,
    name: 'bun',
    version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { id: 'MIT' } }],
    purl: `pkg:github/oven-sh/bun@bun-v${version}`,
  };
}

function packageComponent(locked: LockedPackage, licence: string | undefined): object {
  const [scope, name] = locked.name.startsWith('@') ? locked.name.split('/') : [undefined, locked.name];
  return {
    type: 'library',
    'bom-ref': purlOf(locked),
    ...(scope === undefined ? {} : { group: scope }),
    name,
    version: locked.version,
    hashes: [{ alg: 'SHA-512', content: hexOf(locked.integrity) }],
    ...(licence === undefined ? {} : { licenses: [{ expression: licence }] }),
    purl: purlOf(locked),
  };
}

function refOf({ packages }: Locked, path: string): string {
  const found = packages.get(path);
  if (found === undefined) throw new Error(`no package at ${path}`);
  return purlOf(found);
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is escaped. */
function purlOf({ name, version }: LockedPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
}

/** A UUID of version 8 (RFC 9562): its bits are the text's hash. */
function uuidOf(text: string): string {
  const bits = new Bun.CryptoHasher('sha256').update(text).digest('hex');
  const parts = [
    bits.slice(0, 8),
    bits.slice(8, 12),
    `8${bits.slice(13, 16)}`,
    `8${bits.slice(17, 20)}`,
    bits.slice(20, 32),
  ];
  return parts.join('-');
}
