/** Which pages of other origins may call this server from a browser. */
interface CorsRules {
  /** As browsers send them (`https://app.example.com`), or `*`. */
  readonly allowOrigins: readonly string[];
  /** How long a browser may keep the answer to a preflight. Seconds. */
  readonly maxAgeS: number;
}

type Headers = Record<string, string>;

/**
 * What a response adds for the page that asked (Fetch standard §3.3). Credentials of the browser are not allowed, for
 * none are used here: a page sends its API key itself. So `*` may stand for all headers.
 */
export function corsHeaders(request: Request, { allowOrigins, maxAgeS }: CorsRules): Headers {
  const origin = request.headers.get('origin') ?? '';
  const toAll = allowOrigins.includes('*');
  const vary: Headers = toAll ? {} : { vary: 'origin' };
  if (!toAll && !allowOrigins.includes(origin)) return vary;
  const allowed = { ...vary, 'access-control-allow-origin': toAll ? '*' : origin };
  if (!isPreflight(request)) return { ...allowed, 'access-control-expose-headers': '*' };
  // `*` would leave out `authorization`.
  const asked = request.headers.get('access-control-request-headers');
  return {
    ...allowed,
    'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
    ...(asked === null ? {} : { 'access-control-allow-headers': asked }),
    'access-control-max-age': String(maxAgeS),
  };
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('access-control-request-method');
}
