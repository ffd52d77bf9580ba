/** How long a storm rages in CI: longer than one deck of blows takes. */
const MINUTES_DEFAULT = 0.75;

/** The storm to be: `SSW_STORM_SEED` repeats one, `SSW_STORM_MINUTES` makes it long. */
export interface Settings {
  readonly seed: number;
  readonly lengthMs: number;
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const seed = numberOf('SSW_STORM_SEED', env) ?? crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
  return { seed, lengthMs: (numberOf('SSW_STORM_MINUTES', env) ?? MINUTES_DEFAULT) * 60_000 };
}

/** The command that repeats a storm. */
export function replayCommand({ seed, lengthMs }: Settings): string {
  return `SSW_STORM_SEED=${seed} SSW_STORM_MINUTES=${lengthMs / 60_000} bun test test/chaos/storm.test.ts`;
}

function numberOf(name: string, env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`${name} takes a number, not "${text}"`);
  return value;
}
