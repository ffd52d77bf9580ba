import type { ExitCause } from './exit-cause.ts';

/** Words of a log that tell a cause. */
interface LogSign {
  readonly cause: ExitCause;
  readonly sign: RegExp;
  /** `found` is the match, for the numbers in it. */
  readonly advice: (found: RegExpExecArray) => string;
}

/** Words of vLLM's log, root causes before what follows from them. */
export const LOG_SIGNS: readonly LogSign[] = [
  {
    cause: 'bad_flag',
    sign: /error: (unrecognized arguments: .+|argument --.+|.+ requires --.+)|(invalid (?:tool call|reasoning) parser: [\w-]+)/,
    advice: ([, usage, parser]) => `Correct the args of the pool or replica: ${usage ?? parser}`,
  },
  {
    cause: 'profiling_race',
    sign: /Error in memory profiling\. Initial free memory ([\d.]+ GiB), current free memory ([\d.]+ GiB)/,
    advice: ([, before, after]) =>
      `Another process freed memory of the card while this one measured it (${before} → ${after} free); nothing else may start or stop there.`,
  },
  {
    cause: 'no_card_memory',
    sign: /Free memory on device\D*?(?:cuda:\d+ )?\(([\d.]+)\/([\d.]+) GiB\).*?utilization \(([\d.]+), ([\d.]+) GiB\)/,
    advice: ([, free, total, fraction, wanted]) =>
      `Needs ${wanted} GiB free on its card (gpu_memory_utilization ${fraction} of ${total}), ${free} GiB are; lower it or stop what else holds memory there.`,
  },
  {
    cause: 'no_kv_room',
    sign: /max seq len \((\d+)\), \(?([\d.]+) GiB KV cache is needed, which is larger than the available KV cache memory \((-?[\d.]+) GiB\)/,
    advice: ([, length, needed, available]) =>
      `One request of ${length} tokens needs ${needed} GiB of KV cache, ${available} GiB are left; lower max_model_len or raise gpu_memory_utilization.`,
  },
  {
    cause: 'no_kv_room',
    sign: /No available memory for the cache blocks/,
    advice: () =>
      'Nothing is left for the KV cache; raise gpu_memory_utilization, or stop what else starts on the card.',
  },
  {
    cause: 'cuda_out_of_memory',
    sign: /CUDA out of memory/,
    advice: () => 'The card ran out of memory; lower gpu_memory_utilization of its replicas, or max-num-seqs.',
  },
  {
    cause: 'cuda_fault',
    sign: /CUDA error: (.+)/,
    advice: ([, what]) =>
      `The card reported "${what}"; look for XID in \`journalctl -k\`, and reset it if this comes back.`,
  },
  {
    cause: 'model_unreachable',
    sign: /couldn't connect to '(https?:[^']+)'|LocalEntryNotFoundError|Max retries exceeded with url/,
    advice: () => 'The model could not be fetched; check the network, or download it and set `model` to its directory.',
  },
  {
    cause: 'bad_model',
    sign: /Invalid repository ID or local directory specified: '([^']+)'|Repository Not Found for url: (\S+)|Repo id must be in the form|is not a valid (?:model identifier|git identifier)|GatedRepoError|RevisionNotFoundError|does not appear to have a file named/,
    advice: ([, directory, url]) => `Check model and revision of the pool (${directory ?? url ?? 'see its log'}).`,
  },
  {
    cause: 'address_in_use',
    sign: /[Aa]ddress already in use/,
    advice: () => 'Another process has its port or socket; find it with `ss -lptnx` or give the replica another port.',
  },
  {
    cause: 'engine_core_died',
    sign: /EngineDeadError|EngineCore encountered (?:a fatal error|an issue)|Engine core proc .* died/,
    advice: () => 'Its engine core died; the cause is above `EngineDeadError` in its log.',
  },
];
