import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKey, readKeysFile } from '../node/index.ts';
import { revokeTenantKey } from './keys.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssw-keys-'));
  file = join(directory, 'keys.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function revoke(text: string) {
  const said: string[] = [];
  const tell = (line: string) => void said.push(line);
  const code = await revokeTenantKey(text, { file, json: true }, { out: tell, err: tell, columns: undefined });
  return { code, said: said.join('\n') };
}
const isRevoked = () => readKeysFile(file)[0]?.revoked_at !== undefined;

describe('a key is revoked', () => {
  test('by its id', async () => {
    const { stored } = await addKey(file, { tenant: 'npc', expiresUnixMs: undefined, note: undefined });
    expect(await revoke(stored.id)).toMatchObject({
      code: 0,
      said: expect.stringContaining(`${stored.id} is revoked`),
    });
    expect(isRevoked()).toBe(true);
  });

  test('bug: by the whole of it, of which only the id is told', async () => {
    const { key, stored } = await addKey(file, { tenant: 'npc', expiresUnixMs: undefined, note: undefined });
    const { code, said } = await revoke(key);
    expect([code, isRevoked()]).toEqual([0, true]);
    expect(said).toContain(`${stored.id} is revoked`);
    expect(said).not.toContain(key.slice(-64));
  });

  test('bug: what is no id is not repeated', async () => {
    const { key } = await addKey(file, { tenant: 'npc', expiresUnixMs: undefined, note: undefined });
    for (const text of [key.slice(-64), `Bearer ${key}`, `sk-ssw-${key.slice(-64)}`]) {
      const { code, said } = await revoke(text);
      expect(code).toBe(1);
      expect(said).not.toContain(key.slice(-64));
    }
    expect((await revoke(`sk-ssw-other-${key.slice(-64)}`)).said).toContain('there is no key other in');
    expect(isRevoked()).toBe(false);
  });
});
