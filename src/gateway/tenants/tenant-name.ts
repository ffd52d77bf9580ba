import { TENANT_NAME } from '../../config/index.ts';
import { badHeader } from '../errors/bad-header.ts';
import type { ApiError } from '../errors/errors.ts';

/** Whom a request is counted on that does not say. */
export const ANONYMOUS = 'anonymous';

type TenantRead = { readonly ok: true; readonly tenant: string } | { readonly ok: false; readonly error: ApiError };

/** Reads who asks from the header that the config names; where there is none it is `otherwise`. */
export function readTenant(headers: Headers, tenantHeader: string | undefined, otherwise = ANONYMOUS): TenantRead {
  const tenant = tenantHeader === undefined ? otherwise : (headers.get(tenantHeader) ?? otherwise);
  if (tenantHeader === undefined || TENANT_NAME.test(tenant)) return { ok: true, tenant };
  const must = 'be 1 to 64 of letters, digits, ".", "_", ":", "@" and "-"';
  return { ok: false, error: badHeader(tenantHeader, must) };
}
