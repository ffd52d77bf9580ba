import { barText } from './progress-bar.ts';
import type { Start } from './start-parts.ts';

/** Shares of the start. */
const BEGINS = 0.84;
const MIXED_ENDS = 0.92;
const ENDS = 0.97;

/** Batch sizes that vLLM captures with `--max-num-seqs 256` (vllm/config/compilation.py). */
const MIXED_GRAPHS = 67;
const DECODE_GRAPHS = 35;

/** tqdm draws no more often than ten times a second; a start has seconds for this. */
const DRAWN = 10;

/** Captures CUDA graphs under two bars. */
export async function captureGraphs(start: Start): Promise<void> {
  const { memory, pace, log } = start;
  const begunS = pace.elapsedS();
  memory.captureGraphs();
  await draw(start, { what: 'mixed prefill-decode, PIECEWISE', total: MIXED_GRAPHS, from: BEGINS, to: MIXED_ENDS });
  await draw(start, { what: 'decode, FULL', total: DECODE_GRAPHS, from: MIXED_ENDS, to: ENDS });
  const took = Math.round(pace.elapsedS() - begunS);
  log.info('gpu_model_runner.py:6581', `Graph capturing finished in ${took} secs, took 0.60 GiB`);
}

/** A bar over a part of the start. */
interface Bar {
  readonly what: string;
  readonly total: number;
  readonly from: number;
  readonly to: number;
}

async function draw({ pace, log }: Start, { what, total, from, to }: Bar): Promise<void> {
  const begunS = pace.elapsedS();
  for (let drawn = 0; drawn <= DRAWN; drawn += 1) {
    await pace.until(from + ((to - from) * drawn) / DRAWN);
    const done = Math.round((total * drawn) / DRAWN);
    const elapsedS = done === 0 ? 0 : pace.elapsedS() - begunS;
    const state = drawn === 0 ? 'first' : drawn === DRAWN ? 'last' : 'next';
    log.bar(barText(`Capturing CUDA graphs (${what})`, { done, total, elapsedS }), state);
  }
}
