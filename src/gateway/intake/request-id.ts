/** Visible ASCII only: an id goes into response headers, into the log and to the engine. */
const SANE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** The client's own request id where it is fit to echo, else a new one. */
export function requestId(header: string | null, newId: () => string): string {
  return header !== null && SANE_REQUEST_ID.test(header) ? header : newId();
}
