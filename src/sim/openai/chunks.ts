import type { Piece } from '../reply/piece.ts';
import type { FinishedChoice } from './answer.ts';
import type { ApiError } from './errors.ts';
import type { Usage } from './usage.ts';

/** Writes the events of one stream. `usage` is given where every chunk carries it. */
export interface Chunks {
  /** Before anything is generated; empty where the API has no such event. */
  begin(): string;
  /** Before the first token; empty where the API has no such chunk. */
  open(choice: number, usage: Usage | undefined): string;
  tell(choice: number, told: readonly Piece[], usage: Usage | undefined): string;
  /** The last text and why it is the last. */
  finish(
    choice: number,
    told: readonly Piece[],
    finished: Omit<FinishedChoice, 'told'>,
    usage: Usage | undefined,
  ): string;
  /** After all choices. */
  end(usage: Usage): string;
  /** In place of the rest; `undefined` where vLLM breaks the connection. */
  fail(error: ApiError): string | undefined;
}

/** The frame around the chunks of OpenAI's completions. */
export interface CompletionChunks extends Pick<Chunks, 'open' | 'tell' | 'finish'> {
  /** The chunk without choices that `include_usage` asks for. */
  usage(usage: Usage): string;
}
