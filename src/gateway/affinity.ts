/** Bytes of a prompt that stand for the rest of it: the most of these that there are. */
const PREFIX_BYTES = [2048, 1024] as const;

/** What a request's affinity is read from. */
interface Relatives {
  readonly tenant: string;
  /** Header `x-ssw-session`. */
  readonly session: string | null;
  /** Of its API. */
  readonly promptMember: string;
  readonly body: Buffer;
}

/**
 * Names the requests that run best where this one ran: those of its session, else those whose prompts begin alike.
 * `undefined` for a prompt too short to be worth it. Never shared between tenants. A guess by bytes: a prompt that is
 * written otherwise is taken for another.
 */
export function affinityOf({ tenant, session, promptMember, body }: Relatives): string | undefined {
  const seed = Bun.hash(tenant);
  if (session !== null && session !== '') return `session-${hash(session, seed)}`;
  const start = body.indexOf(`"${promptMember}"`);
  const bytes = PREFIX_BYTES.find((it) => start !== -1 && body.length - start >= it);
  return bytes === undefined ? undefined : `prefix-${hash(body.subarray(start, start + bytes), seed)}`;
}

/** 64 bits: two that collide are placed together, which costs nothing but the better place. */
function hash(what: string | Uint8Array, seed: number | bigint): string {
  return Bun.hash(what, seed).toString(36);
}
