import { applyEdits, insertMember, isNamed, topLevelMembers } from './members.ts';

/** vLLM's `stream_options`, as far as they are about usage. */
interface StreamOptions {
  readonly include_usage?: unknown;
  readonly continuous_usage_stats?: unknown;
}

/** How a request for a stream stands to its usage. */
export type UsageWish =
  | 'asked' // by the client, or in a form that is the engine's to judge: nothing is changed
  | 'unsaid' // there is no word of `stream_options`
  | 'declined'; // there are options, and they do without

/** Reads `stream_options`. Where a client wants counts on every chunk, none can be hidden from it. */
export function usageWish(options: unknown): UsageWish {
  if (options === undefined) return 'unsaid';
  if (options === null) return 'declined';
  if (typeof options !== 'object' || Array.isArray(options)) return 'asked';
  const { include_usage: includes, continuous_usage_stats: continuous }: StreamOptions = options;
  return isNo(includes) && isNo(continuous) ? 'declined' : 'asked';
}

function isNo(value: unknown): boolean {
  return value === undefined || value === null || value === false;
}

const OPTIONS = 'stream_options';
const INCLUDE = 'include_usage';
const LEFT_BRACE = 0x7b;

/** Asks the engine for the usage at the end of a stream; every other byte stays. `body` is valid JSON. */
export function askForUsage(body: Buffer, wish: Exclude<UsageWish, 'asked'>): Buffer {
  if (wish === 'unsaid') return insertMember(body, `"${OPTIONS}":{"${INCLUDE}":true}`);
  const found = [...topLevelMembers(body)].filter((it) => isNamed(body, it, OPTIONS));
  return applyEdits(
    body,
    found.map(({ value }) => ({ ...value, text: withUsage(body.subarray(value.start, value.end)) })),
  );
}

function withUsage(options: Buffer): string {
  const inside = [...topLevelMembers(options)].filter((it) => isNamed(options, it, INCLUDE));
  if (inside.length > 0)
    return applyEdits(
      options,
      inside.map(({ value }) => ({ ...value, text: 'true' })),
    ).toString();
  return options[0] === LEFT_BRACE ? insertMember(options, `"${INCLUDE}":true`).toString() : `{"${INCLUDE}":true}`;
}
