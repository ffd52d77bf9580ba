import type { Priority } from '../../queue/index.ts';
import { applyEdits, insertMember, isNamed, topLevelMembers } from './members.ts';

/** OpenAI's tiers as priorities here: the dearer ones are served sooner, the cheaper one when there is room. */
const PRIORITIES: ReadonlyMap<unknown, Priority> = new Map<unknown, Priority>([
  ['auto', 'default'],
  ['default', 'default'],
  ['flex', 'bulk'],
  ['priority', 'interactive'],
  ['scale', 'interactive'],
]);

const TIERS: Readonly<Record<Priority, string>> = { interactive: 'priority', default: 'default', bulk: 'flex' };

/** The priority that a request's `service_tier` asks for; what is none of OpenAI's is the engine's to judge. */
export function priorityOfTier(serviceTier: unknown): Priority | undefined {
  return PRIORITIES.get(serviceTier);
}

/** The tier that a request of some priority is served in, in OpenAI's words. */
export function tierOfPriority(priority: Priority): string {
  return TIERS[priority];
}

const NAME = 'service_tier';
const LEFT_BRACE = 0x7b;

/** Writes the tier into a reply, where vLLM has `null`. */
export function tellTier(reply: Buffer<ArrayBuffer>, serviceTier: string): Buffer<ArrayBuffer> {
  if (reply[0] !== LEFT_BRACE) return reply;
  const text = JSON.stringify(serviceTier);
  const found = [...topLevelMembers(reply)].filter((it) => isNamed(reply, it, NAME));
  if (found.length === 0) return insertMember(reply, `"${NAME}":${text}`);
  return applyEdits(
    reply,
    found.map(({ value }) => ({ ...value, text })),
  );
}
