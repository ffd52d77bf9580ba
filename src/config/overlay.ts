/** What a file says of a pool's model, as it stands there. */
export interface ModelWords {
  readonly model: string | undefined;
  readonly revision: string | undefined;
  readonly servedName: string | undefined;
}

/** A model that an operator put in the place of the file's. */
export interface ModelSwap {
  readonly model: string;
  readonly revision: string | undefined;
  /** What the file said when it was made: once it says something else, that is the newer wish. */
  readonly over: ModelWords;
  /** RFC 3339. */
  readonly at: string;
}

/** Swaps by pool: what holds on top of a file. */
export type Overlay = Readonly<Record<string, ModelSwap>>;

export const NO_OVERLAY: Overlay = {};

type Settings = Readonly<Record<string, unknown>>;

/** What a parsed file says of a pool's model; `undefined` where it has no such pool. */
export function modelWords(value: unknown, pool: string): ModelWords | undefined {
  const said = settingsAt(settingsAt(value, 'pools'), pool);
  return said === undefined
    ? undefined
    : { model: textAt(said, 'model'), revision: textAt(said, 'revision'), servedName: textAt(said, 'served_name') };
}

/**
 * The swaps that still hold on top of a parsed file. One is over where the file says the same by now, says something
 * else than when it was made, or has the pool no more.
 */
export function settleOverlay(value: unknown, overlay: Overlay): Overlay {
  return Object.fromEntries(
    Object.entries(overlay).filter(([pool, swap]) => {
      const said = modelWords(value, pool);
      if (said === undefined || !Bun.deepEquals(said, swap.over)) return false;
      return said.model !== swap.model || said.revision !== swap.revision;
    }),
  );
}

/** A parsed file with the swaps in it. The name of the model that was there goes with it. */
export function applyOverlay(value: unknown, overlay: Overlay): unknown {
  const root = settingsOf(value);
  const pools = settingsAt(value, 'pools');
  if (root === undefined || pools === undefined || Object.keys(overlay).length === 0) return value;
  const swapped = Object.entries(overlay).flatMap(([name, { model, revision }]) => {
    const pool = settingsAt(pools, name);
    if (pool === undefined) return [];
    const { revision: _revision, served_name: _name, ...rest } = pool;
    return [[name, { ...rest, model, ...(revision === undefined ? {} : { revision }) }] as const];
  });
  return { ...root, pools: { ...pools, ...Object.fromEntries(swapped) } };
}

function settingsOf(value: unknown): Settings | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function settingsAt(value: unknown, key: string): Settings | undefined {
  const settings = settingsOf(value);
  return settings !== undefined && Object.hasOwn(settings, key) ? settingsOf(settings[key]) : undefined;
}

function textAt(settings: Settings, key: string): string | undefined {
  const text = settings[key];
  return typeof text === 'string' ? text : undefined;
}
