import { createUsageFilter } from './usage-filter.ts';

/** Where a client is shown other events than the engine's own. */
export interface Presentation {
  /** The engine was asked for a usage that the client did not ask for: its chunk is left out. */
  readonly hidesUsage: boolean;
  /** The tier that the client is told, where it named one: an engine's chunks have no word of it. */
  readonly serviceTier: string | undefined;
}

/** Whole events as their client is to see them; nearly always the very bytes. */
export function createPresenter({ hidesUsage, serviceTier }: Presentation): (events: Buffer) => Buffer {
  const filter = hidesUsage ? createUsageFilter() : unchanged;
  if (serviceTier === undefined) return filter;
  const member = Buffer.from(`"service_tier":${JSON.stringify(serviceTier)},`);
  return (events) => withMember(filter(events), member);
}

const unchanged = (events: Buffer): Buffer => events;

const CHUNK = Buffer.from('data: {');
const BLANK_LINE = Buffer.from('\n\n');

/** Puts a member in front of each chunk's others. */
function withMember(events: Buffer, member: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (let start = 0; start < events.length; start = endOfEvent(events, start)) {
    if (!events.subarray(start, start + CHUNK.length).equals(CHUNK)) continue;
    pieces.push(events.subarray(copied, start + CHUNK.length), member);
    copied = start + CHUNK.length;
  }
  return pieces.length === 0 ? events : Buffer.concat([...pieces, events.subarray(copied)]);
}

function endOfEvent(events: Buffer, start: number): number {
  const at = events.indexOf(BLANK_LINE, start);
  return at === -1 ? events.length : at + BLANK_LINE.length;
}
