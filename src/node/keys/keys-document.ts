import { z } from 'zod';
import { TENANT_NAME } from '../../config/index.ts';
import { KEY_ID, type ApiKey } from '../../gateway/index.ts';

/** One key as the file has it: whatever is needed to know it again, and nothing to make it from. */
export interface StoredKey {
  readonly id: string;
  readonly tenant: string;
  /** Of the whole key, in hexadecimal. */
  readonly sha256: string;
  /** Times are RFC 3339. */
  readonly created_at: string;
  readonly expires_at?: string | undefined;
  readonly revoked_at?: string | undefined;
  /** Whatever the operator wants to remember. */
  readonly note?: string | undefined;
}

/** Most keys in one file. */
export const KEYS_MAX = 10_000;

const time = z.iso.datetime({ offset: true });

const documentSchema = z.strictObject({
  version: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(KEY_ID, 'an id is 4-32 of a-z and 0-9'),
        tenant: z.string().regex(TENANT_NAME, 'a tenant is 1-64 of letters, digits, ".", "_", ":", "@" and "-"'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'sha256 is 64 hexadecimal digits'),
        created_at: time,
        expires_at: time.optional(),
        revoked_at: time.optional(),
        note: z.string().max(200).optional(),
      }),
    )
    .max(KEYS_MAX),
});

type KeysRead =
  { readonly ok: true; readonly keys: readonly StoredKey[] } | { readonly ok: false; readonly problem: string };

/** Reads the text of a file of keys: all of it, or what is wrong with it. Pure; the problem repeats no value. */
export function parseKeys(text: string): KeysRead {
  const parsed = parseJson(text);
  if (parsed === undefined) return { ok: false, problem: 'it is no JSON' };
  const checked = documentSchema.safeParse(parsed);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return { ok: false, problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another shape'}` };
  }
  const { keys } = checked.data;
  const ids = new Set(keys.map((it) => it.id));
  return ids.size === keys.length ? { ok: true, keys } : { ok: false, problem: 'two keys have the same id' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of a file of keys, a line a key, so that two versions can be compared. */
export function formatKeys(keys: readonly StoredKey[]): string {
  const lines = keys.map((it) => `    ${JSON.stringify(it)}`);
  return `{\n  "version": 1,\n  "keys": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

/** A key as the gateway knows it. */
export function toApiKey({ id, tenant, sha256, expires_at: expires, revoked_at: revoked }: StoredKey): ApiKey {
  return {
    id,
    tenant,
    sha256: Buffer.from(sha256, 'hex'),
    expiresUnixMs: expires === undefined ? undefined : Date.parse(expires),
    isRevoked: revoked !== undefined,
  };
}
