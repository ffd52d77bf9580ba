import type { Log, Metrics } from '../../telemetry/index.ts';
import { apiError, type ApiError } from '../errors/errors.ts';
import type { ApiKey } from './keys/api-key.ts';
import type { KeyFailures } from './keys/failures.ts';
import { keyOf } from './keys/key-header.ts';
import { createKeyRing, type KeyRing, type Recognition } from './keys/key-ring.ts';
import { ANONYMOUS, readTenant } from './tenant-name.ts';
import type { TenantRules, TenantTable } from './tenant-table.ts';

/** Who is let in. */
export type KeyPolicy =
  | { readonly is: 'open' } // there are no keys: everybody
  | { readonly is: 'keys'; readonly keys: readonly ApiKey[] } // who has one of these
  | { readonly is: 'unreadable' }; // there are keys which could not be read yet: nobody

/** Whoever sent a request. */
export interface Asker {
  readonly tenant: string;
  readonly rules: TenantRules;
  /** Of the key that let it in; `undefined` where none was needed. */
  readonly keyId: string | undefined;
}

type Admittance =
  | { readonly ok: true; readonly asker: Asker }
  | { readonly ok: false; readonly error: ApiError; readonly headers: Record<string, string> };

/** Decides from a request's head alone. */
export interface Door {
  /** Who asks, where it is let in. `remote` tells the address of the other end; it is asked for only after a wrong key. */
  admit(headers: Headers, remote: () => string): Admittance;
  /** Who asks where nothing depends on it. */
  readonly anybody: Asker;
}

interface DoorParts {
  readonly table: TenantTable;
  readonly tenantHeader: string | undefined;
  readonly failures: KeyFailures;
  readonly unixMs: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'keyRefusals'>;
}

/** Opens the door to whom `policy` lets in. */
export function createDoor(policy: KeyPolicy, parts: DoorParts): Door {
  const { table } = parts;
  const anybody: Asker = { tenant: ANONYMOUS, rules: table.rulesOf(ANONYMOUS), keyId: undefined };
  switch (policy.is) {
    case 'open':
      return { anybody, admit: (headers) => named(headers, ANONYMOUS, undefined, parts) };
    case 'unreadable':
      return { anybody, admit: () => ({ ok: false, error: apiError('keys_unavailable', {}), headers: {} }) };
    case 'keys': {
      const ring = createKeyRing(policy.keys);
      return { anybody, admit: (headers, remote) => admitByKey(headers, remote, ring, parts) };
    }
  }
}

function admitByKey(headers: Headers, remote: () => string, ring: KeyRing, parts: DoorParts): Admittance {
  const text = keyOf(headers);
  if (text === undefined) return turnAway('missing', parts);
  const found = ring.recognise(text, parts.unixMs());
  if (found.is !== 'good') return refuseKey(found, remote(), parts);
  const { tenant, id: keyId } = found.key;
  const rules = parts.table.rulesOf(tenant);
  return rules.namesTenants ? named(headers, tenant, keyId, parts) : { ok: true, asker: { tenant, rules, keyId } };
}

/** The tenant that the header names, else `tenant`. */
function named(headers: Headers, tenant: string, keyId: string | undefined, parts: DoorParts): Admittance {
  const asking = readTenant(headers, parts.tenantHeader, tenant);
  if (!asking.ok) return { ...asking, headers: {} };
  return { ok: true, asker: { tenant: asking.tenant, rules: parts.table.rulesOf(asking.tenant), keyId } };
}

/** Beyond the limit only wrong keys are told to wait: whoever shares an address with one who guesses is let in by a right one. */
function refuseKey(found: Exclude<Recognition, { is: 'good' }>, address: string, parts: DoorParts): Admittance {
  if (parts.failures.isBeyond(address)) {
    parts.metrics.keyRefusals.inc({ reason: 'too_many' });
    return { ok: false, error: apiError('too_many_wrong_keys', {}), headers: {} };
  }
  const key = found.is === 'unknown' ? undefined : found.key.id;
  parts.log.warn({ because: found.is, key, address }, 'an API key was refused');
  return turnAway(found.is, parts);
}

const PROBLEMS = {
  missing: "You didn't provide an API key. Send yours as `authorization: Bearer KEY` or as `x-api-key: KEY`.",
  unknown: 'Incorrect API key provided. Ask the operator of this server for one.',
  revoked: 'This API key was revoked. Ask the operator of this server for another.',
  expired: 'This API key has expired. Ask the operator of this server for another.',
} as const;

function turnAway(because: keyof typeof PROBLEMS, { metrics }: DoorParts): Admittance {
  metrics.keyRefusals.inc({ reason: because });
  const challenge = because === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"'; // RFC 6750 §3
  const error = apiError('invalid_api_key', { problem: PROBLEMS[because] });
  return { ok: false, error, headers: { 'www-authenticate': challenge } };
}
