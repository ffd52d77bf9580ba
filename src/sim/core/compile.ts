import type { Start } from './start-parts.ts';
import { forEver } from './stuck.ts';

/** Compiles in the middle of the profile run, whose activations are on the card all the while. */
export async function compile({ memory, pace, log, fault }: Start): Promise<void> {
  await pace.until(0.5);
  const begunS = pace.elapsedS();
  memory.profile();
  log.info('backends.py:600', "Using cache directory: /simulated/torch_compile_cache for vLLM's torch.compile");
  if (fault('stuck_compiling') !== undefined) await forEver();
  await pace.until(0.6);
  log.info('backends.py:620', `Dynamo bytecode transform time: ${(pace.elapsedS() - begunS).toFixed(2)} s`);
  await pace.until(0.75);
  log.info('monitor.py:34', `torch.compile took ${(pace.elapsedS() - begunS).toFixed(2)} s in total`);
}
