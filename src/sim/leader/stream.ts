import type { StreamFault } from '../faults/pending.ts';
import type { Chunks } from '../openai/chunks.ts';
import { ENGINE_DEAD, SIMULATED_FAILURE, type ApiError } from '../openai/errors.ts';
import type { GenerationRequest } from '../openai/generation-request.ts';
import type { Generation } from './generations.ts';
import { BrokenOff } from './http.ts';
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

  const begun = chunks.begin();
  if (begun !== '') yield begun;
  let opening = choices.map((_, choice) => () => chunks.open(choice, usage()));
  while (!narration.finished()) {
    const news = await narration.next();
    if (news === 'cancelled') return;
    if (news === 'failed') {
      yield failed(chunks, ENGINE_DEAD);
      return;
    }
    yield opening.map((open) => open()).join('') + news.map(write).join('');
    if (fault === 'error_chunk') {
      generation.cancel();
      yield failed(chunks, SIMULATED_FAILURE);
      return;
    }
    if (fault === 'stall_stream') await generation.cancelled;
    opening = [];
  }
  yield chunks.end(narration.usage());
}

/** Breaks the connection where the API has no word for it. */
function failed(chunks: Chunks, error: ApiError): string {
  const said = chunks.fail(error);
  if (said === undefined) throw new BrokenOff();
  return said;
}
