import type { StreamFault } from '../faults/pending.ts';
import { DONE, event } from '../openai/answer.ts';
import type { Chunks } from '../openai/chunks.ts';
import { ENGINE_DEAD, errorBody, SIMULATED_FAILURE } from '../openai/errors.ts';
import type { GenerationRequest } from '../openai/generation-request.ts';
import type { Generation } from './generations.ts';
import type { Narration, Told } from './narration.ts';

/** What one stream is made of. */
export interface StreamParts {
  readonly narration: Narration;
  readonly generation: Generation;
  readonly chunks: Chunks;
  readonly fault: StreamFault;
}

/** The events of a streamed answer, as text. Like vLLM's, the first comes with the first token; an error comes in an event of its own. */
export async function* streamEvents(
  { sampling, choices }: GenerationRequest,
  { narration, generation, chunks, fault }: StreamParts,
): AsyncGenerator<string, void, undefined> {
  const usage = () => (sampling.continuousUsage ? narration.usage() : undefined);
  const write = ({ choice, pieces, finished }: Told) =>
    finished === undefined ? chunks.tell(choice, pieces, usage()) : chunks.finish(choice, pieces, finished, usage());

  let opening = choices.map((_, choice) => () => chunks.open(choice, usage()));
  while (!narration.finished()) {
    const news = await narration.next();
    if (news === 'cancelled') return;
    if (news === 'failed') {
      yield event(errorBody(ENGINE_DEAD)) + DONE;
      return;
    }
    yield opening.map((open) => open()).join('') + news.map(write).join('');
    if (fault === 'error_chunk') {
      generation.cancel();
      yield event(errorBody(SIMULATED_FAILURE)) + DONE;
      return;
    }
    if (fault === 'stall_stream') await generation.cancelled;
    opening = [];
  }
  yield (sampling.includeUsage ? chunks.usage(narration.usage()) : '') + DONE;
}
