import { z } from 'zod';
import { corsSchema } from './cors-section.ts';
import { duration, milliseconds } from './duration.ts';
import { keysKeys, keysOf } from './keys-section.ts';

/** The HTTP server: where it listens, who may enter, and what one client may cost. */
export const gatewaySchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8000).meta({ description: '0 takes a free port.' }),
    max_body_bytes: z.int().min(1024).max(1_073_741_824).default(33_554_432),
    max_header_bytes: z.int().min(4096).max(1_048_576).default(16_384).meta({
      description: 'Request line and headers together.',
    }),
    max_connections: z.int().min(64).max(1_000_000).default(16_384).meta({
      description: 'Connections of clients and to engines; beyond it idle ones are closed and requests refused.',
    }),
    slow_client_timeout_s: duration().default(30).meta({
      description: 'How long a client may send nothing of what it owes, or take nothing of what it asked for.',
    }),
    cors: corsSchema,
    ...keysKeys,
  })
  .prefault({})
  .transform((it) => ({
    host: it.host,
    port: it.port,
    maxBodyBytes: it.max_body_bytes,
    maxHeaderBytes: it.max_header_bytes,
    maxConnections: it.max_connections,
    slowClientTimeoutMs: milliseconds(it.slow_client_timeout_s),
    cors: it.cors,
    ...keysOf(it),
  }));
