/** The burst to be. In CI a small one; `SSW_BURST_REQUESTS=8000` is the one of the proof. */
export interface Settings {
  /** What the noisy tenant sends at once. */
  readonly requests: number;
  /** How long the quiet ones send, in each of the two runs. */
  readonly lengthMs: number;
  readonly seed: number;
  /** Times the p95 of the quiet ones' first tokens may grow. A busy machine of two cores is no place for the proof's. */
  readonly slowerMax: number;
  /** Part of the engines' room that must be in use while somebody waits. A small burst is over before it is full. */
  readonly fillMin: number;
}

const REQUESTS_DEFAULT = 400;
const PROOF_REQUESTS = 8000;
/** The quiet ones go on for as long as the burst is likely to be in line. */
const MS_PER_REQUEST = 15;
const LENGTH_MS_MIN = 12_000;

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const requests = Number(env['SSW_BURST_REQUESTS'] ?? REQUESTS_DEFAULT);
  if (!(requests >= 1)) throw new Error(`SSW_BURST_REQUESTS takes a number, not "${env['SSW_BURST_REQUESTS']}"`);
  const seed = Number(env['SSW_BURST_SEED'] ?? 1);
  const limits = requests >= PROOF_REQUESTS ? { slowerMax: 2, fillMin: 0.98 } : { slowerMax: 6, fillMin: 0.3 };
  return { requests, seed, lengthMs: Math.max(LENGTH_MS_MIN, requests * MS_PER_REQUEST), ...limits };
}
