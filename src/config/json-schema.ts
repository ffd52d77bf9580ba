import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The config's JSON schema (draft 2020-12), as editors and `config/replicas.schema.json` have it. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  return { ...schema, title: 'ssw-infer configuration', description: 'One file: gateway, redis, pools, replicas.' };
}
