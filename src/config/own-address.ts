import type { GatewayConfig } from './schema.ts';

/** Hosts that a server listening on every address is reached by, and what a client makes of "every address". */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** An engine's url without a port means this one (RFC 9110 §4.2.1). */
const HTTP_PORT = 80;

/** Whether a url leads to the gateway itself, which would then ask itself for ever. As far as its text alone shows. */
export function leadsToGateway(url: string, gateway: Pick<GatewayConfig, 'host' | 'port'>): boolean {
  const { hostname, port } = new URL(url);
  if ((port === '' ? HTTP_PORT : Number(port)) !== gateway.port) return false;
  const host = plain(hostname);
  const own = plain(gateway.host);
  return canonical(host) === canonical(own) || (EVERYWHERE.has(own) && isLoopbackAddress(host));
}

/** As a person writes it: without brackets, capitals or the root's dot. */
function plain(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Whether who listens on a host is reached from this machine alone. A name other than `localhost` may lead anywhere. */
export function isLoopback(host: string): boolean {
  return /^(?:127\.[\d.]+|(?:.+\.)?localhost|::1|::ffff:127\.[\d.]+|::ffff:7f[\da-f:]+)$/.test(plain(host));
}

/** IPv4 inside IPv6 as the URL standard writes it. */
function isLoopbackAddress(host: string): boolean {
  return /^(?:127\.|::ffff:7f)/.test(host);
}

/** One name for the usual loopback address, which a client also takes "every address" for; 127.0.0.2 is another. */
function canonical(host: string): string {
  const isUsual = /^(?:(?:.+\.)?localhost|127\.0\.0\.1|::1|::ffff:7f00:1)$/.test(host) || EVERYWHERE.has(host);
  return isUsual ? 'localhost' : host;
}
