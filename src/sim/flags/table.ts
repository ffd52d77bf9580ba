/**
 * How a flag takes its value: `size` understands vLLM's suffixes (`1k` = 1000, `1K` = 1024), `list` takes one or
 * more words, `switch` none (and has a `--no-` form).
 */
export type FlagKind = 'text' | 'integer' | 'number' | 'size' | 'list' | 'json' | 'switch';

/** vLLM's flags that the simulation obeys (vllm/engine/arg_utils.py, vllm/entrypoints/openai/cli_args.py). */
const OBEYED = {
  'served-model-name': 'list',
  host: 'text',
  port: 'integer',
  uds: 'text',
  'max-model-len': 'size',
  'max-num-seqs': 'integer',
  'max-num-batched-tokens': 'size',
  'max-num-queued-reqs': 'integer',
  'gpu-memory-utilization': 'number',
  'kv-cache-memory-bytes': 'size',
  'enable-auto-tool-choice': 'switch',
  'tool-call-parser': 'text',
  'reasoning-parser': 'text',
  runner: 'text',
  'default-chat-template-kwargs': 'json',
  'shutdown-timeout': 'integer',
  'api-key': 'text',
  'enable-request-id-headers': 'switch',
  'disable-uvicorn-access-log': 'switch',
  'disable-access-log-for-endpoints': 'text',
} as const satisfies Record<string, FlagKind>;

/** vLLM's flags that are taken and change nothing here: they speak of weights, kernels and cards. */
const TAKEN = {
  'allowed-origins': 'json',
  'attention-backend': 'text',
  'block-size': 'integer',
  'chat-template': 'text',
  'compilation-config': 'json',
  'data-parallel-size': 'integer',
  'device-ids': 'text',
  'disable-fastapi-docs': 'switch',
  'disable-log-stats': 'switch',
  'distributed-executor-backend': 'text',
  'download-dir': 'text',
  dtype: 'text',
  'enable-chunked-prefill': 'switch',
  'enable-force-include-usage': 'switch',
  'enable-log-requests': 'switch',
  'enable-per-request-metrics': 'switch',
  'enable-prefix-caching': 'switch',
  'enable-prompt-tokens-details': 'switch',
  'enable-server-load-tracking': 'switch',
  'enable-sleep-mode': 'switch',
  'enforce-eager': 'switch',
  'fingerprint-mode': 'text',
  'generation-config': 'text',
  'hf-overrides': 'json',
  'kv-cache-dtype': 'text',
  'limit-mm-per-prompt': 'json',
  'load-format': 'text',
  'max-log-len': 'integer',
  'max-num-queued-tokens': 'integer',
  'model-impl': 'text',
  'optimization-level': 'integer',
  'override-generation-config': 'json',
  'pipeline-parallel-size': 'integer',
  quantization: 'text',
  revision: 'text',
  'root-path': 'text',
  'scheduling-policy': 'text',
  seed: 'integer',
  'speculative-config': 'json',
  'sse-keep-alive-interval': 'number',
  'stream-interval': 'integer',
  'structured-outputs-config': 'json',
  'swap-space': 'number',
  'tensor-parallel-size': 'integer',
  tokenizer: 'text',
  'tokenizer-mode': 'text',
  'trust-remote-code': 'switch',
  'uvicorn-log-level': 'text',
} as const satisfies Record<string, FlagKind>;

/** The simulation's own flags. `sim-fault` may be given several times. */
const SIMULATION = {
  'sim-seed': 'integer',
  'sim-speed': 'number',
  'sim-start-s': 'number',
  'sim-kv-tokens': 'size',
  'sim-prefill-tokens-per-s': 'number',
  'sim-decode-step-ms': 'number',
  'sim-dead-exit-s': 'number',
  'sim-linger-s': 'number',
  'sim-poison': 'text',
  'sim-card-ledger': 'text',
  'sim-card-mib': 'integer',
  'sim-weights-mib': 'integer',
  'sim-fault': 'text',
} as const satisfies Record<string, FlagKind>;

/** Every flag that `sim-engine serve` takes; anything else is an unrecognized argument, as in vLLM. */
export const FLAGS = { ...OBEYED, ...TAKEN, ...SIMULATION } as const;

export type FlagName = keyof typeof FLAGS;

export const isFlagName = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);
