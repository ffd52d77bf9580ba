import type { ListedRequest } from '../request.ts';
import { ask, CHAT } from './build.ts';

const METHODS = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];

/** Doors that vLLM has and that are not for clients, and ways around the ones that are. */
const PATHS_OF_ENGINES = [
  '/version',
  '/load',
  '/ping',
  '/docs',
  '/openapi.json',
  '/tokenizer_info',
  '/server_info',
  '/is_sleeping',
];

const TRICKS = [
  '/',
  '/v1',
  '/v1/',
  '/v1/models/',
  '/v1/models/no-such-model',
  '/v1/models/..%2f..%2fetc%2fpasswd',
  '/v1/chat/completions/',
  '//v1/models',
  '/v1//models',
  '/V1/MODELS',
  '/v1/models?limit=1&after=x',
  '/v1/../v1/models',
  '/v1/chat/../../metrics',
  '/v1/%2e%2e/metrics',
  '/v1/models%00',
  '/v1/models;x=1',
  '/%76%31/models',
  '/v1/responses/resp_1',
  '/v1/messages/batches',
  '/v1/files',
  '/v1/assistants',
  '/.env',
  '/sim/fault',
  `/${'x'.repeat(4000)}`,
];

export const PATHS: readonly ListedRequest[] = [
  ...METHODS.map((method) => ask('odd', method, CHAT)),
  ask('odd', 'POST', '/v1/models'),
  ask('odd', 'HEAD', '/v1/models'),
  ask('odd', 'HEAD', '/health'),
  ...PATHS_OF_ENGINES.map((path) => ask('hostile', 'GET', path)),
  ...[
    '/invocations',
    '/sleep',
    '/collective_rpc',
    '/v1/load_lora_adapter',
    '/reset_prefix_cache',
    '/abort_requests',
  ].map((path) => ({
    ...ask('hostile' as const, 'POST', path),
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })),
  ...TRICKS.map((path) => ask('hostile', 'GET', path)),
];
