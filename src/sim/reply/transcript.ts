import type { Piece } from './piece.ts';
import { pieceAt, type Plan } from './plan.ts';

/** How far an answer has been told: vLLM's detokenizer, which also looks for the stop strings. */
export interface Transcript {
  readonly plan: Plan;
  readonly stops: readonly string[];
  readonly tokens: number;
  /** Content that may be the beginning of a stop string. */
  readonly held: string;
  /** The stop string that ended it. */
  readonly stoppedBy: string | undefined;
}

export const startTranscript = (plan: Plan, stops: readonly string[]): Transcript => ({
  plan,
  stops,
  tokens: 0,
  held: '',
  stoppedBy: undefined,
});

/** Tells `count` more tokens; `last` releases what is held. Neighbours of one channel come as one piece. */
export function tell(
  transcript: Transcript,
  count: number,
  last: 'last' | 'more',
): { readonly transcript: Transcript; readonly told: readonly Piece[] } {
  if (transcript.stoppedBy !== undefined) return { transcript, told: [] };
  const told: Piece[] = [];
  let { held, tokens } = transcript;
  for (const end = tokens + count; tokens < end; tokens += 1) {
    const piece = pieceAt(transcript.plan, tokens);
    if (piece.channel !== 'content' || transcript.stops.length === 0) {
      append(told, piece);
      continue;
    }
    held += piece.text;
    const found = findStop(held, transcript.stops);
    if (found !== undefined) {
      append(told, { channel: 'content', text: held.slice(0, found.at) });
      return { transcript: { ...transcript, tokens: tokens + 1, held: '', stoppedBy: found.stop }, told };
    }
    const keep = Math.max(...transcript.stops.map((stop) => stop.length)) - 1;
    const release = Math.max(0, held.length - keep);
    append(told, { channel: 'content', text: held.slice(0, release) });
    held = held.slice(release);
  }
  if (last === 'last') {
    append(told, { channel: 'content', text: held });
    held = '';
  }
  return { transcript: { ...transcript, tokens, held }, told };
}

function append(told: Piece[], piece: Piece): void {
  if (piece.text === '') return;
  const before = told.at(-1);
  const joins = before?.channel === piece.channel && piece.channel !== 'tool_name';
  if (joins) told[told.length - 1] = { channel: piece.channel, text: before.text + piece.text };
  else told.push(piece);
}

function findStop(text: string, stops: readonly string[]): { readonly at: number; readonly stop: string } | undefined {
  const found = stops.map((stop) => ({ at: text.indexOf(stop), stop })).filter(({ at }) => at >= 0);
  return found.toSorted((a, b) => a.at - b.at)[0];
}
