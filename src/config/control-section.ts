import { z } from 'zod';

/** Where an operator's tools reach the node. */
export const controlSchema = z
  .strictObject({
    socket: z.string().min(1).optional(),
    tcp: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        port: z.int().min(1).max(65_535),
        key_file: z.string().min(1).meta({ description: 'Its first line is what a client must show as a bearer key.' }),
      })
      .transform((it) => ({ host: it.host, port: it.port, keyFile: it.key_file }))
      .optional()
      .meta({ description: 'The same API on TCP, for those who have the key. Default: none.' }),
  })
  .prefault({});
