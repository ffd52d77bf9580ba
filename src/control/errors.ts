/** No node listens on the socket. */
export class NoNodeError extends Error {
  override readonly name = 'NoNodeError';
}

/** The node has no Redis to ask at the moment. */
export class NoRedisError extends Error {
  override readonly name = 'NoRedisError';
}

/** The node is there, but this user may not ask it for that. */
export class NoPermissionError extends Error {
  override readonly name = 'NoPermissionError';
}
