import { eachEvent, type StreamEvent } from '../dialects/events.ts';
import { parseObject } from '../body/json.ts';

/** vLLM's last chunk, which carries the usage, is the one without choices. */
const NO_CHOICES = Buffer.from('"choices":[]');
/** Not null: a choice has ended. */
const FINISHED = Buffer.from('"finish_reason":"');
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Leaves out the usage that only we asked for. vLLM writes its fingerprint into the last chunk, which without our asking
 * would be the one in which the last choice ends: that one waits for what comes right behind it, and gets it back.
 */
export function createUsageFilter(): (events: Buffer) => Buffer {
  let held = NOTHING;
  return (events) => {
    const all = held.length === 0 ? events : Buffer.concat([held, events]);
    held = NOTHING;
    if (all.includes(NO_CHOICES)) return withoutUsage(all);
    if (!all.includes(FINISHED)) return all;
    const last = [...eachEvent(all)].at(-1);
    if (last === undefined || !last.data.includes('"finish_reason":"')) return all;
    held = all.subarray(last.start);
    return all.subarray(0, last.start);
  };
}

function withoutUsage(events: Buffer): Buffer {
  const all = [...eachEvent(events)];
  const usage = all.findIndex(({ data }) => isUsage(data));
  const chunk = all[usage];
  if (chunk === undefined) return events;
  const before = all[usage - 1];
  const shown = before === undefined ? NOTHING : withFingerprint(events, before, fingerprintIn(chunk.data));
  return Buffer.concat([events.subarray(0, before?.start ?? 0), shown, events.subarray(chunk.end)]);
}

interface Chunk {
  readonly choices: unknown;
  readonly usage: unknown;
  readonly system_fingerprint: unknown;
}

function isUsage(data: string): boolean {
  const { choices, usage } = parseObject<Chunk>(data) ?? {};
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
}

function fingerprintIn(data: string): string | undefined {
  const { system_fingerprint: fingerprint } = parseObject<Chunk>(data) ?? {};
  return typeof fingerprint === 'string' ? fingerprint : undefined;
}

const RIGHT_BRACE = 0x7d;

function withFingerprint(events: Buffer, { start, end, data }: StreamEvent, fingerprint: string | undefined): Buffer {
  const event = events.subarray(start, end);
  const brace = event.lastIndexOf(RIGHT_BRACE);
  if (fingerprint === undefined || brace === -1 || fingerprintIn(data) !== undefined) return event;
  const member = Buffer.from(`,"system_fingerprint":${JSON.stringify(fingerprint)}`);
  return Buffer.concat([event.subarray(0, brace), member, event.subarray(brace)]);
}
