/** What a server sent is no answer in HTTP/1.1, or more than one of its limits allows. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
