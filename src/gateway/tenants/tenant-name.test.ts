import { expect, test } from 'bun:test';
import { ANONYMOUS, readTenant } from './tenant-name.ts';

const read = (value: string | undefined, tenantHeader: string | undefined = 'x-tenant') =>
  readTenant(new Headers(value === undefined ? {} : { 'x-tenant': value }), tenantHeader);

test.each(['acme', 'team-7', 'a.b_c:d@e', 'x'.repeat(64)])('%s is a tenant', (name) => {
  expect(read(name)).toEqual({ ok: true, tenant: name });
});

test.each(['', 'two words', 'a/b', 'x'.repeat(65), 'ü'])('%j is none, and the header is named', (name) => {
  const result = read(name);
  expect(result).toMatchObject({ ok: false, error: { status: 400, error: { param: 'x-tenant' } } });
  expect(JSON.stringify(result)).toContain('The header x-tenant must be');
});

test('who does not say is anonymous', () => {
  expect(read(undefined)).toEqual({ ok: true, tenant: ANONYMOUS });
});

test('where nobody is trusted to say, everybody is', () => {
  expect(readTenant(new Headers({ 'x-tenant': 'two words' }), undefined)).toEqual({ ok: true, tenant: ANONYMOUS });
});
