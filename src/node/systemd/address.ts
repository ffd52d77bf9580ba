/** `sizeof(sockaddr_un.sun_path)` on Linux (unix(7)). */
export const SUN_PATH_BYTES = 108;

const AF_UNIX = 1;
const FAMILY_BYTES = 2;

/** A `sockaddr_un` ready for `sendto`, or why `NOTIFY_SOCKET` cannot be used. */
export type UnixAddress =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string };

/**
 * Builds the address of `NOTIFY_SOCKET` (sd_notify(3)): a path, or `@name` for the abstract namespace, where a zero
 * byte stands for the `@` and the name ends with the address, not with a zero (unix(7)).
 */
export function unixAddress(notifySocket: string): UnixAddress {
  const abstract = notifySocket.startsWith('@');
  if (!abstract && !notifySocket.startsWith('/')) {
    return refusal(notifySocket, 'is neither an absolute path nor an abstract name (@…)');
  }
  const name = new TextEncoder().encode(notifySocket);
  if (name.length >= SUN_PATH_BYTES) return refusal(notifySocket, `is ${SUN_PATH_BYTES} bytes or longer`);

  const bytes = new Uint8Array(FAMILY_BYTES + name.length + (abstract ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, LITTLE_ENDIAN);
  bytes.set(name, FAMILY_BYTES);
  if (abstract) bytes[FAMILY_BYTES] = 0;
  return { ok: true, bytes };
}

/** All machines Bun runs on (x64, arm64) are. */
const LITTLE_ENDIAN = true;

function refusal(notifySocket: string, why: string): UnixAddress {
  return { ok: false, message: `NOTIFY_SOCKET=${notifySocket} ${why}; nothing will be told to the service manager` };
}
