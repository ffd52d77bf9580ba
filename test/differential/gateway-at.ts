import type { Target } from './send.ts';

/** Where a node's gateway listens. */
export function gatewayAt(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
