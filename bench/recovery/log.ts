import { z } from 'zod';

/** Moments of one recovery in the node's own words, unix milliseconds; absent until it has said so. */
export interface Told {
  /** It left `ready`. */
  readonly noticedMs?: number;
  /** A new engine of it is ready. */
  readonly readyMs?: number;
}

const moveSchema = z.object({ time: z.iso.datetime(), replica: z.string(), from: z.string(), to: z.string() });

/** What a node's log (JSON lines) says of a replica from `sinceMs` on. */
export function toldIn(log: string, replica: string, sinceMs: number): Told {
  const moves = log.split('\n').flatMap((line) => {
    const move = moveSchema.safeParse(parse(line));
    if (!move.success || move.data.replica !== replica) return [];
    return [{ ...move.data, atMs: Date.parse(move.data.time) }];
  });
  // The log's stamps have no fraction.
  const since = moves.filter((it) => it.atMs >= Math.floor(sinceMs));
  const noticedMs = since.find((it) => it.from === 'ready')?.atMs;
  const readyMs = since.find((it) => it.from === 'warming' && it.to === 'ready')?.atMs;
  return { ...(noticedMs === undefined ? {} : { noticedMs }), ...(readyMs === undefined ? {} : { readyMs }) };
}

const lineSchema = z.object({ at: z.iso.datetime(), from: z.string(), text: z.string() });

/** vLLM's last word before it answers (vllm/entrypoints/launcher.py, by uvicorn). */
const LISTENS = 'Application startup complete';

/** When an engine said that it listens, from `ssw-infer logs --json`; the first time after `sinceMs`. */
export function listenedAt(output: string, sinceMs: number): number | undefined {
  for (const line of output.split('\n')) {
    const record = lineSchema.safeParse(parse(line));
    if (!record.success || record.data.from !== 'engine' || !record.data.text.includes(LISTENS)) continue;
    const atMs = Date.parse(record.data.at);
    if (atMs >= Math.floor(sinceMs)) return atMs;
  }
  return undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the last line, half written
  }
}
