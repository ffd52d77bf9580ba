import { DONE, event } from './answer.ts';
import type { Chunks, CompletionChunks } from './chunks.ts';
import { errorBody } from './errors.ts';
import type { Sampling } from './sampling.ts';

/** The stream of a completion: its chunks, the usage where it was asked for, and `[DONE]`, also after an error. */
export function completionStream(chunks: CompletionChunks, { includeUsage }: Pick<Sampling, 'includeUsage'>): Chunks {
  return {
    ...chunks,
    begin: () => '',
    end: (usage) => (includeUsage ? chunks.usage(usage) : '') + DONE,
    fail: (error) => event(errorBody(error)) + DONE,
  };
}
