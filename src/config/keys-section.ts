import { z } from 'zod';

/** Keys of the gateway's section on who may enter. */
export const keysKeys = {
  tenant_header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'a header name is letters, digits and "-"')
    .optional()
    .meta({
      description:
        'Header that names the tenant. Without API keys every client is trusted with it; else see names_tenants.',
    }),
  keys_file: z.string().min(1).optional().meta({
    description:
      'Hashes of the API keys. Named here it must exist; default: keys.json in paths.state, where that exists.',
  }),
  keys_credential: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,255}$/, 'a credential is 1-255 of letters, digits, ".", "_" and "-"')
    .optional()
    .meta({ description: 'A systemd credential (LoadCredential=) with such hashes, which must exist.' }),
  key_failures_per_minute: z.int().min(1).max(1_000_000).default(30).meta({
    description: 'Wrong keys from one address that are answered with 401; more are 429. A right key always passes.',
  }),
};

/** They as the program holds them. */
export const keysOf = (it: z.output<z.ZodObject<typeof keysKeys>>) => ({
  tenantHeader: it.tenant_header?.toLowerCase(),
  keysFile: it.keys_file,
  keysCredential: it.keys_credential,
  keyFailuresPerMinute: it.key_failures_per_minute,
});
