import type { Piece } from '../reply/piece.ts';
import type { End } from './generation-request.ts';
import type { Usage } from './usage.ts';

/** Writes the events of one stream. `usage` is given where every chunk carries it. */
export interface Chunks {
  /** Before the first token; empty where the API has no such chunk. */
  open(choice: number, usage: Usage | undefined): string;
  tell(choice: number, told: readonly Piece[], usage: Usage | undefined): string;
  /** The last text and why it is the last, in one chunk. */
  finish(
    choice: number,
    told: readonly Piece[],
    finished: { readonly end: End; readonly stoppedBy: string | undefined },
    usage: Usage | undefined,
  ): string;
  /** The chunk without choices that `include_usage` asks for. */
  usage(usage: Usage): string;
}
