/** W3C Trace Context, level 1, §3.2.2: version 00 has these four fields and no more. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** §3.3.1: one member of a `tracestate`, with the space that may stand around it. An empty one is allowed. */
const MEMBER =
  /^[\t ]*(?:(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e][\t ]*)?$/;

/** §3.3.1.1: most members that a list may have. */
const MEMBERS_MAX = 32;

/**
 * What goes on to the engine of the trace that a request is part of, as it was said: its spans then hang below the
 * client's. What is malformed is as if it had not been said (§3.2.3), and a `tracestate` counts only beside a
 * `traceparent` that does (§3.3.1). A header that came twice is malformed or one list, as RFC 9110 §5.3 joins it.
 */
export function traceContext(said: Headers): Record<string, string> {
  const traceparent = said.get('traceparent');
  if (traceparent === null || !TRACEPARENT.test(traceparent)) return {};
  const tracestate = said.get('tracestate');
  return tracestate !== null && isTracestate(tracestate) ? { traceparent, tracestate } : { traceparent };
}

function isTracestate(value: string): boolean {
  const members = value.split(',', MEMBERS_MAX + 1);
  return members.length <= MEMBERS_MAX && value.trim() !== '' && members.every((it) => MEMBER.test(it));
}
