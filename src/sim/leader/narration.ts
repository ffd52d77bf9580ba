import type { FinishedChoice } from '../openai/answer.ts';
import type { End, GenerationRequest } from '../openai/generation-request.ts';
import type { Usage } from '../openai/usage.ts';
import type { Piece } from '../reply/piece.ts';
import { startTranscript, tell, type Transcript } from '../reply/transcript.ts';
import type { Generation } from './generations.ts';
import type { Progress } from './mailbox.ts';

/** What one choice says next. `finished` comes with its last words. */
export interface Told {
  readonly choice: number;
  readonly pieces: readonly Piece[];
  readonly finished: Omit<FinishedChoice, 'told'> | undefined;
}

/** Turns token counts into words: what the detokenizer in vLLM's API server does. */
export interface Narration {
  /** The next news in words; `failed` where the engine died, `cancelled` where nobody reads any more. */
  next(): Promise<readonly Told[] | 'failed' | 'cancelled'>;
  finished(): boolean;
  usage(): Usage;
}

export function narrate(request: GenerationRequest, generation: Generation): Narration {
  const transcripts: Transcript[] = request.choices.map(({ plan }) => startTranscript(plan, request.sampling.stops));
  let open = transcripts.length;

  const say = ({ choice, tokens, ended }: Progress): readonly Told[] => {
    const before = transcripts[choice];
    const asked = request.choices[choice];
    if (before === undefined || asked === undefined || before.stoppedBy !== undefined) return [];
    const { transcript, told } = tell(before, tokens, ended === undefined ? 'more' : 'last');
    transcripts[choice] = transcript;
    if (transcript.stoppedBy !== undefined && ended === undefined) generation.stop(choice);
    const end = endOf(asked.end, transcript, ended);
    if (end === undefined) return told.length === 0 ? [] : [{ choice, pieces: told, finished: undefined }];
    open -= 1;
    return [{ choice, pieces: told, finished: { end, stoppedBy: transcript.stoppedBy } }];
  };

  return {
    async next() {
      const news = await generation.next();
      if (news.length === 0) return 'cancelled';
      return news.some(({ ended }) => ended === 'error') ? 'failed' : news.flatMap(say);
    },
    finished: () => open === 0,
    usage: () => ({
      promptTokens: request.promptTokens,
      completionTokens: transcripts.reduce((sum, { tokens }) => sum + tokens, 0),
    }),
  };
}

function endOf(planned: End, { stoppedBy }: Transcript, ended: Progress['ended']): End | undefined {
  if (stoppedBy !== undefined) return 'stop';
  return ended === 'abort' ? 'abort' : ended === undefined ? undefined : planned;
}
