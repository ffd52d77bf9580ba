import type { Piece } from '../reply/piece.ts';
import type { End } from './generation-request.ts';
import type { Fields } from './json.ts';

/** Marks every answer as simulated; vLLM has a hash of its configuration here. */
export const SYSTEM_FINGERPRINT = 'simulated';

/** What all chunks and bodies of one answer share. */
export interface AnswerHead {
  /** `chatcmpl-…` or `cmpl-…`. */
  readonly id: string;
  readonly createdUnixS: number;
  /** The first served name, whichever was asked for. */
  readonly model: string;
  readonly logprobs: boolean;
  /** What was asked, for an API that repeats it. */
  readonly fields: Fields;
}

/** A finished choice. */
export interface FinishedChoice {
  readonly told: readonly Piece[];
  readonly end: End;
  readonly stoppedBy: string | undefined;
}

export const textIn = (told: readonly Piece[], channel: Piece['channel']): string =>
  told
    .filter((piece) => piece.channel === channel)
    .map(({ text }) => text)
    .join('');

/** One event of a stream. */
export const event = (json: string): string => `data: ${json}\n\n`;

export const DONE = event('[DONE]');
