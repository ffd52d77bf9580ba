import { gibText } from '../card/bytes.ts';
import { bytesText, shardsText } from './progress-bar.ts';
import type { Start } from './start-parts.ts';
import { forEver } from './stuck.ts';

/** Shares of the start. */
const BEGINS = 0.05;
const ENDS = 0.4;

const DOWNLOAD_STEPS = 20;

/** Fetches what is not there and reads it shard by shard; the card fills as it goes. */
export async function loadWeights(start: Start): Promise<void> {
  await download(start);
  const { settings, memory, pace, log, fault } = start;
  const { shards: total, weightsBytes } = settings.size;
  const stuckAfter = fault('stuck_loading');
  const begunS = pace.elapsedS();
  log.plain(shardsText({ done: 0, total, elapsedS: 0 }));
  for (let done = 1; done <= total; done += 1) {
    if (stuckAfter !== undefined && done > stuckAfter) await forEver();
    await pace.until(BEGINS + ((ENDS - BEGINS) * done) / total);
    memory.loadShard();
    log.plain(shardsText({ done, total, elapsedS: pace.elapsedS() - begunS }));
  }
  const took = pace.elapsedS() - begunS;
  log.info('default_loader.py:314', `Loading weights took ${took.toFixed(2)} seconds`);
  await pace.until(0.45);
  log.info(
    'gpu_model_runner.py:5150',
    `Model loading took ${gibText(weightsBytes)} GiB memory and ${pace.elapsedS().toFixed(6)} seconds`,
  );
}

/** Only where a fault asks for it: as a rule the weights are there. */
async function download({ settings, pace, log, fault }: Start): Promise<void> {
  const stuckAt = fault('stuck_download');
  const seconds = fault('slow_download') ?? (stuckAt === undefined ? undefined : settings.startMs / 1000);
  if (seconds === undefined) return;
  const { weightsBytes } = settings.size;
  const begunS = pace.elapsedS();
  for (let step = 0; step <= DOWNLOAD_STEPS; step += 1) {
    if (stuckAt !== undefined && (step * 100) / DOWNLOAD_STEPS > stuckAt) await forEver();
    const state = step === 0 ? 'first' : step === DOWNLOAD_STEPS ? 'last' : 'next';
    const done = (weightsBytes * step) / DOWNLOAD_STEPS;
    log.bar(bytesText('model.safetensors', { done, total: weightsBytes, elapsedS: pace.elapsedS() - begunS }), state);
    if (step < DOWNLOAD_STEPS) await pace.delay((seconds * 1000) / DOWNLOAD_STEPS);
  }
  const took = (pace.elapsedS() - begunS).toFixed(6);
  log.info('weight_utils.py:533', `Time spent downloading weights for ${settings.model}: ${took} seconds`);
}
