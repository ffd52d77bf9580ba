import type { EngineSettings } from '../flags/settings.ts';
import type { EngineLog } from '../log.ts';
import { ROUTES } from './routes.ts';
import { VERSION } from './version.ts';

/** What the API server says before its engine core exists. */
export function logConfiguration(log: EngineLog, settings: EngineSettings): void {
  const { model, facts, card } = settings;
  log.info('utils.py:325', `version ${VERSION} (ssw-infer's simulated engine: no model runs here)`);
  log.info('utils.py:325', `model   ${model}`);
  const args = {
    model,
    served_model_name: facts.servedNames,
    max_model_len: facts.maxModelLen,
    max_num_seqs: card.limits.sequencesMax,
    max_num_batched_tokens: card.limits.tokensPerStepMax,
  };
  log.info('utils.py:261', `non-default args: ${JSON.stringify(args)}`);
  log.info('model.py:620', 'Resolved architecture: SimulatedForCausalLM');
  log.info('model.py:1900', `Using max model len ${facts.maxModelLen}`);
}

/** What it says when the core is ready. Only after the last line does the port accept. */
export function logListening(log: EngineLog, { listen }: EngineSettings): void {
  const at = listen.kind === 'unix' ? `unix:${listen.path}` : `http://${listen.host}:${listen.port}`;
  log.info('api_server.py:480', "Supported tasks: ['generate']");
  log.info('api_server.py:570', `Starting vLLM server on ${at}`);
  log.info('launcher.py:38', 'Available routes are:');
  for (const [path, methods] of Object.entries(ROUTES))
    log.info('launcher.py:46', `Route: ${path}, Methods: ${Object.keys(methods).join(', ')}`);
  log.plain(`INFO:     Started server process [${process.pid}]`);
  log.plain('INFO:     Waiting for application startup.');
}

export function logFailedStart(log: EngineLog): void {
  log.plain('RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}');
}
