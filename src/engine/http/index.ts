export { createBody, type Body } from './body.ts';
export type { BrokenAt, Exchange, ExchangeListener } from './connection.ts';
export { iterate } from './iterate.ts';
export { createPool, type Pool } from './pool.ts';
export { requestBytes, UnwritableHead } from './request-bytes.ts';
