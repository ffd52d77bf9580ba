import type { Endpoint } from './endpoint.ts';

/**
 * Where an engine listens that somebody else runs: `http://HOST:PORT`, port 80 where none is said. Throws on anything
 * else, saying what to do about it.
 */
export function endpointOf(url: string): Endpoint {
  const parsed = parse(url);
  const refusal = refusalOf(parsed);
  // Not the url as given: it may hold a password.
  if (refusal !== undefined) throw new Error(`the url of an engine at ${parsed.host} ${refusal}`);
  const port = parsed.port === '' ? 80 : Number(parsed.port);
  return { kind: 'tcp', host: parsed.hostname.replace(/^\[(.+)\]$/, '$1'), port };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new Error('the url of an engine is written http://HOST:PORT', { cause });
  }
}

function refusalOf({ protocol, username, password, pathname, search, hash }: URL): string | undefined {
  if (protocol === 'https:')
    return 'is https, which is not spoken to engines: put a TLS proxy beside it, or use its http port';
  if (protocol !== 'http:') return `is ${protocol}//, not http://: write http://HOST:PORT`;
  if (username !== '' || password !== '') return 'holds a user or password, which would be ignored: remove it';
  if (pathname !== '/') return `has the path ${pathname}; engines are asked at /v1: write http://HOST:PORT alone`;
  if (search !== '' || hash !== '') return 'has a query or fragment, which would be ignored: remove it';
  return undefined;
}
