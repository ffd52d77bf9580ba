/** RFC 6750 §2.1; the scheme's case does not count (RFC 9110 §11.1). */
const BEARER = /^bearer +(\S+) *$/i;

/**
 * The key that a request carries: of `authorization: Bearer` as OpenAI's clients send it, else of `x-api-key` as
 * Anthropic's do. Another scheme of `authorization` is somebody else's, a proxy's perhaps, and no key.
 */
export function keyOf(headers: Headers): string | undefined {
  const bearer = BEARER.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const key = headers.get('x-api-key')?.trim();
  return key === '' ? undefined : key;
}
