import { describe, expect, test } from 'bun:test';
import { billOfMaterials, type BillSources } from './sbom.ts';

const SHA512 = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;

const SOURCES: BillSources = {
  program: { version: '1.2.3', sha256: 'ab'.repeat(32) },
  commit: 'c0ffee',
  builtAt: new Date('2026-11-21T00:00:00Z'),
  bun: { version: '1.4.5', sha256: 'cd'.repeat(32) },
  locked: {
    direct: ['@a/b'],
    packages: new Map([
      ['@a/b', { name: '@a/b', version: '1.0.0', integrity: SHA512, path: '@a/b', needs: ['c'] }],
      ['c', { name: 'c', version: '2.0.0', integrity: SHA512, path: 'c', needs: [] }],
    ]),
  },
  licenceOf: (path) => (path === 'c' ? undefined : 'MIT'),
};

describe('the bill of materials', () => {
  test('has Bun and every package, with hash, licence and package URL', () => {
    expect(billOfMaterials(SOURCES)).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { name: 'ssw-infer', version: '1.2.3' } },
      components: [
        { name: 'bun', version: '1.4.5', hashes: [{ alg: 'SHA-256', content: 'cd'.repeat(32) }] },
        {
          group: '@a',
          name: 'b',
          purl: 'pkg:npm/%40a/b@1.0.0',
          hashes: [{ alg: 'SHA-512', content: '01'.repeat(64) }],
          licenses: [{ expression: 'MIT' }],
        },
        { name: 'c', purl: 'pkg:npm/c@2.0.0' },
      ],
    });
  });

  test('tells who needs whom, and what it does not know', () => {
    expect(billOfMaterials(SOURCES)).toMatchObject({
      dependencies: [
        { ref: 'program', dependsOn: ['bun', 'pkg:npm/%40a/b@1.0.0'] },
        { ref: 'bun' },
        { ref: 'pkg:npm/%40a/b@1.0.0', dependsOn: ['pkg:npm/c@2.0.0'] },
        { ref: 'pkg:npm/c@2.0.0', dependsOn: [] },
      ],
      compositions: [{ aggregate: 'complete' }, { aggregate: 'unknown', dependencies: ['bun'] }],
    });
  });

  test('is the same for the same sources, and has another serial number for another program', () => {
    const other = { ...SOURCES, program: { ...SOURCES.program, sha256: 'ef'.repeat(32) } };
    expect(billOfMaterials(SOURCES)).toEqual(billOfMaterials(SOURCES));
    expect(billOfMaterials(other)).not.toMatchObject({
      serialNumber: Reflect.get(billOfMaterials(SOURCES), 'serialNumber'),
    });
  });
});
