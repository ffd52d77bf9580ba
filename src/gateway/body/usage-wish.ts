import { laxBoolean } from './lax-boolean.ts';
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

/** Reads `stream_options`. Counts on every chunk are counts only where usage is included at all (vLLM). */
export function usageWish(options: unknown): UsageWish {
  if (options === undefined) return 'unsaid';
  if (options === null) return 'declined';
  if (typeof options !== 'object' || Array.isArray(options)) return 'asked';
  const { include_usage: includes, continuous_usage_stats: continuous }: StreamOptions = options;
  const isClear = isAbsent(continuous) || laxBoolean(continuous) !== undefined;
  return isClear && (isAbsent(includes) || laxBoolean(includes) === false) ? 'declined' : 'asked';
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

const OPTIONS = 'stream_options';
const INCLUDE = 'include_usage';
const CONTINUOUS = 'continuous_usage_stats';
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
  if (options[0] !== LEFT_BRACE) return `{"${INCLUDE}":true}`;
  let isSaid = false;
  const edits = [...topLevelMembers(options)].flatMap((it) => {
    if (isNamed(options, it, CONTINUOUS)) return [{ ...it.value, text: 'false' }]; // it would count from now on
    if (!isNamed(options, it, INCLUDE)) return [];
    isSaid = true;
    return [{ ...it.value, text: 'true' }];
  });
  const edited = applyEdits(options, edits);
  return (isSaid ? edited : insertMember(edited, `"${INCLUDE}":true`)).toString();
}
