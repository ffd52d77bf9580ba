import type { Incoming } from './intake.ts';
import { traceContext } from './trace-context.ts';

/** What a header may hold on its way out (RFC 9110 §5.5). Bun lets control characters in that nobody may send on. */
const FIT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What an engine is told of the request besides its body. Keys and cookies stay here. */
export function upstreamHeaders({
  request,
  requestId,
  api,
}: Pick<Incoming, 'request' | 'requestId' | 'api'>): Record<string, string> {
  const { headers: said } = request;
  const accept = fit(said.get('accept')) ?? '*/*';
  const headers = { 'content-type': 'application/json', accept, 'x-request-id': requestId };
  const versions = api.versionHeaders
    .map((name) => [name, fit(said.get(name))])
    .filter(([, value]) => value !== undefined);
  return { ...headers, ...traceContext(said), ...Object.fromEntries(versions) };
}

/** What cannot be passed on counts as not said. */
function fit(value: string | null): string | undefined {
  return value !== null && FIT.test(value) ? value : undefined;
}
