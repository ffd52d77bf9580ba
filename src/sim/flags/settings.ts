import {
  isRunFault,
  isStartFault,
  parseFault,
  type Fault,
  type RunFaultName,
  type StartFaultName,
} from '../faults/table.ts';
import { modelSize, type ModelSize } from '../card/model-size.ts';
import type { MemoryPlan } from '../core/start-memory.ts';
import { BLOCK_TOKENS } from '../model/batch.ts';
import type { Card } from '../model/timeline.ts';
import type { ModelFacts } from '../openai/generation-request.ts';
import type { CommandLine } from './parse.ts';
import { memoryPlan, modelLength, type Environment } from './memory.ts';
import { flagReader, type FlagReader } from './read.ts';

/** Everything `sim-engine serve` was told, defaults filled in. */
export interface EngineSettings {
  readonly model: string;
  readonly facts: ModelFacts;
  readonly listen: Listen;
  /** Its KV cache is what the start found where `memory` is kept account of. */
  readonly card: Card;
  readonly memory: MemoryPlan | undefined;
  readonly size: ModelSize;
  /** vLLM's soft bound on running and waiting requests together; absent = none. */
  readonly queuedRequestsMax: number | undefined;
  /** Its model makes embeddings. */
  readonly embeds: boolean;
  readonly apiKey: string | undefined;
  readonly requestIdHeaders: boolean;
  /** Paths without an access log line; `all` = none has one. */
  readonly quietPaths: ReadonlySet<string> | 'all';
  /** Real time, as all time limits of signals are. */
  readonly shutdownTimeoutMs: number;
  readonly deadExitMs: number;
  readonly lingerMs: number;
  /** Simulated milliseconds per real one. */
  readonly speed: number;
  /** Simulated milliseconds from spawn to ready. */
  readonly startMs: number;
  readonly startFaults: readonly Fault<StartFaultName>[];
  readonly runFaults: readonly Fault<RunFaultName>[];
}

export type Listen =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** A start that fails for what it was told: the last line of vLLM's traceback. */
export type SettingsResult =
  { readonly ok: true; readonly settings: EngineSettings } | { readonly ok: false; readonly message: string };

const DEFAULTS = {
  model: 'Qwen/Qwen3-0.6B', // vLLM's own when none is named
  kvTokens: 60_000, // about what a 14B AWQ model leaves on half an A40
  kvBytesPerToken: 196_608,
  sequences: 256, // vLLM's for a card below 70 GiB, as the next
  tokensPerStep: 2048,
  prefillTokensPerS: 4000,
  decodeStepMs: 25,
  startS: 2,
  deadExitS: 3,
  lingerS: 3,
} as const;

/** The parsers that vLLM knows and pools here are likely to name (vllm/tool_parsers). */
const TOOL_PARSERS = new Set(
  'hermes mistral llama3_json llama4_json llama4_pythonic pythonic qwen3_coder qwen3_xml deepseek_v3 deepseek_v31 glm45 granite internlm jamba kimi_k2 minimax_m2 openai phi4_mini_json step3 xlam'.split(
    ' ',
  ),
);

/** Turns flags into settings, refusing what vLLM refuses at start. */
export function settingsOf(line: CommandLine, environment: Environment = {}): SettingsResult {
  const flags = flagReader(line.flags);
  const parser = flags.text('tool-call-parser');
  const autoToolChoice = flags.on('enable-auto-tool-choice');
  if (autoToolChoice && parser === undefined)
    return refuse('TypeError: Error: --enable-auto-tool-choice requires --tool-call-parser');
  if (autoToolChoice && parser !== undefined && !TOOL_PARSERS.has(parser))
    return refuse(`KeyError: 'invalid tool call parser: ${parser} (chose from {${[...TOOL_PARSERS].join(',')}})'`);
  const faults = flags.texts('sim-fault').map((text) => ({ text, fault: parseFault(text) }));
  const unknownFault = faults.find(({ fault }) => fault === undefined);
  if (unknownFault !== undefined) return refuse(`ValueError: --sim-fault ${unknownFault.text}: no such fault`);

  const model = line.model ?? DEFAULTS.model;
  const [firstName = model, ...otherNames] = flags.texts('served-model-name');
  const card = cardOf(flags);
  const known = faults.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const size = modelSize(model, flags.number('sim-weights-mib'));
  const length = modelLength(flags);
  const memory = memoryPlan(flags, environment, { model: size, length, keepMs: keepMsOf(known) });
  const kvTokens = kvTokensNow(card, memory);
  if (length.must === 'hold' && length.tokens > kvTokens) return refuse(tooLongForCache(length.tokens, kvTokens));
  const template = flags.fields('default-chat-template-kwargs');
  return {
    ok: true,
    settings: {
      model,
      facts: {
        servedNames: [firstName, ...otherNames],
        maxModelLen: Math.min(length.tokens, kvTokens),
        autoToolChoice,
        reasoningParser: flags.text('reasoning-parser') !== undefined,
        thinksByDefault: template['enable_thinking'] !== false,
        seed: flags.number('sim-seed') ?? 0,
        poison: flags.text('sim-poison'),
      },
      card,
      memory,
      size,
      embeds: flags.text('runner') === 'pooling',
      ...listening(flags),
      ...timing(flags),
      startFaults: known.filter(isStartFault),
      runFaults: known.filter(isRunFault),
    },
  };
}

const refuse = (message: string): SettingsResult => ({ ok: false, message });

const tooLongForCache = (modelLen: number, kvTokens: number): string =>
  `ValueError: To serve at least one request with the models's max seq len (${modelLen}), more KV cache memory is needed than is available. Based on the available memory, the estimated maximum model length is ${kvTokens}. Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`;

const keepMsOf = (faults: readonly Fault[]): number =>
  (faults.find(({ name }) => name === 'keep_memory')?.amount ?? 0) * 1000;

/** The capacity as far as it is known before the start has measured it. */
const kvTokensNow = ({ limits }: Card, memory: MemoryPlan | undefined): number =>
  memory === undefined || memory.kvTokens !== undefined ? limits.kvBlocks * BLOCK_TOKENS : Number.POSITIVE_INFINITY;

function cardOf(flags: FlagReader): Card {
  const bytes = flags.number('kv-cache-memory-bytes');
  const bySize = bytes === undefined ? DEFAULTS.kvTokens : bytes / DEFAULTS.kvBytesPerToken;
  const kvTokens = flags.number('sim-kv-tokens') ?? bySize;
  return {
    limits: {
      sequencesMax: flags.number('max-num-seqs') ?? DEFAULTS.sequences,
      tokensPerStepMax: flags.number('max-num-batched-tokens') ?? DEFAULTS.tokensPerStep,
      kvBlocks: Math.max(1, Math.floor(kvTokens / BLOCK_TOKENS)),
    },
    speed: {
      prefillTokensPerS: flags.number('sim-prefill-tokens-per-s') ?? DEFAULTS.prefillTokensPerS,
      decodeStepMs: flags.number('sim-decode-step-ms') ?? DEFAULTS.decodeStepMs,
    },
  };
}

function listening(flags: FlagReader) {
  const path = flags.text('uds');
  const listen: Listen =
    path === undefined
      ? { kind: 'tcp', host: flags.text('host') ?? '0.0.0.0', port: flags.number('port') ?? 8000 }
      : { kind: 'unix', path };
  const quiet = (flags.text('disable-access-log-for-endpoints') ?? '').split(',').map((it) => it.trim());
  return {
    listen,
    queuedRequestsMax: flags.number('max-num-queued-reqs'),
    apiKey: flags.text('api-key'),
    requestIdHeaders: flags.on('enable-request-id-headers'),
    quietPaths: flags.on('disable-uvicorn-access-log') ? ('all' as const) : new Set(quiet),
  };
}

function timing(flags: FlagReader) {
  const ms = (name: Parameters<FlagReader['number']>[0], fallbackS: number) => (flags.number(name) ?? fallbackS) * 1000;
  return {
    shutdownTimeoutMs: ms('shutdown-timeout', 0),
    deadExitMs: ms('sim-dead-exit-s', DEFAULTS.deadExitS),
    lingerMs: ms('sim-linger-s', DEFAULTS.lingerS),
    speed: Math.max(flags.number('sim-speed') ?? 1, Number.MIN_VALUE),
    startMs: ms('sim-start-s', DEFAULTS.startS),
  };
}
