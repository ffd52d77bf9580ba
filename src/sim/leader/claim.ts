import { unlinkSync, writeFileSync } from 'node:fs';
import type { Listen } from '../flags/settings.ts';

/** Hands the address over to the server that listens from now on. */
export type Release = () => void;

/**
 * Takes the address before the model loads, as vLLM does: whoever connects is refused until the end of the start.
 * Throws where it is taken; a socket file that somebody left counts as taken.
 */
export function claimAddress(listen: Listen): Release {
  if (listen.kind === 'unix') {
    writeFileSync(listen.path, '', { flag: 'wx' }); // a plain file refuses connections like a bound, deaf socket
    return () => unlinkSync(listen.path);
  }
  // Bun cannot bind without listening, so a port is only tried here; between this and `serveHttp` it is free.
  Bun.listen({ hostname: listen.host, port: listen.port, socket: { data() {} } }).stop(true);
  return () => {};
}
