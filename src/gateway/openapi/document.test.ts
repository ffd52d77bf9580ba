import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Glob } from 'bun';
import { APIS } from '../api.ts';
import { findEndpoint } from '../endpoints.ts';
import { ERRORS } from '../errors/errors.ts';
import { readEffort } from '../routing/effort.ts';
import { readFallbackWord } from '../routing/fallback.ts';
import { readPreferences } from '../intake/preferences.ts';
import { openApiDocument } from './document.ts';
import { OPERATIONS } from './operations.ts';
import { WORK_HEADERS } from './request-headers.ts';

const gateway = join(import.meta.dir, '..');
const text = JSON.stringify(openApiDocument());

test('docs/openapi.json is fresh: `bun run openapi`', async () => {
  expect(await Bun.file(join(gateway, '../../docs/openapi.json')).json()).toEqual(JSON.parse(text));
});

describe('it tells all there is', () => {
  test('paths, with their methods', () => {
    for (const { path, method } of OPERATIONS) {
      expect([path, findEndpoint(path.replace('{id}', 'x'))?.method]).toEqual([
        path,
        method === 'get' ? 'GET' : 'POST',
      ]);
    }
    const told = new Set(OPERATIONS.map(({ path }) => path));
    expect([...APIS.keys()].filter((path) => !told.has(path))).toEqual([]);
  });

  test('codes', () => {
    const codes = Object.entries(ERRORS).map(([name, kind]) => ('code' in kind ? kind.code : name));
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });

  test('our own headers', async () => {
    const sources = [...new Glob('**/*.ts').scanSync(gateway)].filter((it) => !/test|fixtures|openapi/.test(it));
    const code = (await Promise.all(sources.map((it) => Bun.file(join(gateway, it)).text()))).join('\n');
    const names = new Set([...code.matchAll(/'(x-ssw-[a-z-]+|ssw-[a-z]+)'/g)].map(([, name = '']) => name));
    expect(names.size).toBeGreaterThan(10);
    expect([...names].filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });
});

describe('what it allows a header to say is taken', () => {
  const said = Object.values(WORK_HEADERS).flatMap(({ name, schema }) => (schema.enum ?? []).map((it) => [name, it]));
  test.each(said)('%s: %s', (name, value) => {
    const headers = new Headers({ [String(name)]: String(value) });
    for (const read of [readEffort, readFallbackWord, readPreferences]) expect(read(headers).ok).toBe(true);
  });
});

test('every reference leads somewhere, and everything it defines is used', () => {
  const used = new Set([...text.matchAll(/"#\/components\/(\w+\/[\w-]+)"/g)].map(([, it = '']) => it));
  const { components }: { components: Record<string, object> } = JSON.parse(text);
  const defined = Object.entries(components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, members]) => Object.keys(members).map((name) => `${kind}/${name}`));
  expect([...used].toSorted()).toEqual(defined.toSorted());
});
