/** Why an engine ended. A metric label and the word in `status`. */
export type ExitCause =
  | 'bad_flag' // the command line is refused
  | 'bad_model' // no such model, revision or directory, or no leave to read it
  | 'model_unreachable' // the model's files cannot be fetched now
  | 'address_in_use' // another process has the port, or a socket file was left
  | 'no_card_memory' // less free memory than asked for, at admission
  | 'no_kv_room' // nothing, or too little, left for the KV cache
  | 'profiling_race' // a neighbour freed memory while this engine measured
  | 'cuda_out_of_memory'
  | 'cuda_fault' // the driver reports an error of the card or of a kernel
  | 'engine_core_died' // the API server ended by itself because its core did; it exits 0 then (vllm#48966)
  | 'crashed' // a signal of its own making: SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL
  | 'killed' // a signal from outside
  | 'unknown';

/** What is known when an engine has ended by itself. Where we ended it, for a hang or a slow start, we know why. */
export interface ExitEvidence {
  readonly code: number | null;
  /** `SIGKILL` and the like. */
  readonly signal: string | null;
  /** Its last lines of output, oldest first. */
  readonly logTail: readonly string[];
  readonly whileIn: 'starting' | 'serving';
}

/** What to make of an exit. */
export interface ExitClass {
  readonly cause: ExitCause;
  /** One line for an operator: what to do next. */
  readonly advice: string;
  /** Whether the same start may go better next time. */
  readonly retry: boolean;
}

/** Reads an exit from what the log says, then from the signal, then from the code, which alone means nothing. */
export function classifyExit(exit: ExitEvidence): ExitClass {
  return fromLog(exit.logTail.join('\n')) ?? fromSignal(exit.signal) ?? fromCode(exit);
}

interface LogSign {
  readonly cause: ExitCause;
  readonly retry: boolean;
  readonly sign: RegExp;
  /** `found` is the match, for the numbers in it. */
  readonly advice: (found: RegExpExecArray) => string;
}

/** Words of vLLM's log, root causes before what follows from them. */
const LOG_SIGNS: readonly LogSign[] = [
  {
    cause: 'bad_flag',
    retry: false,
    sign: /error: (unrecognized arguments: .+|argument --.+|.+ requires --.+)|(invalid (?:tool call|reasoning) parser: [\w-]+)/,
    advice: ([, usage, parser]) => `Correct the args of the pool or replica: ${usage ?? parser}`,
  },
  {
    cause: 'profiling_race',
    retry: true,
    sign: /Error in memory profiling\. Initial free memory ([\d.]+ GiB), current free memory ([\d.]+ GiB)/,
    advice: ([, before, after]) =>
      `Another process freed memory of the card while this one measured it (${before} → ${after} free); nothing else may start or stop there.`,
  },
  {
    cause: 'no_card_memory',
    retry: true,
    sign: /Free memory on device\D*?(?:cuda:\d+ )?\(([\d.]+)\/([\d.]+) GiB\).*?utilization \(([\d.]+), ([\d.]+) GiB\)/,
    advice: ([, free, total, fraction, wanted]) =>
      `Needs ${wanted} GiB free on its card (gpu_memory_utilization ${fraction} of ${total}), ${free} GiB are; lower it or stop what else holds memory there.`,
  },
  {
    cause: 'no_kv_room',
    retry: true,
    sign: /max seq len \((\d+)\), \(?([\d.]+) GiB KV cache is needed, which is larger than the available KV cache memory \((-?[\d.]+) GiB\)/,
    advice: ([, length, needed, available]) =>
      `One request of ${length} tokens needs ${needed} GiB of KV cache, ${available} GiB are left; lower max_model_len or raise gpu_memory_utilization.`,
  },
  {
    cause: 'no_kv_room',
    retry: true,
    sign: /No available memory for the cache blocks/,
    advice: () =>
      'Nothing is left for the KV cache; raise gpu_memory_utilization, or stop what else starts on the card.',
  },
  {
    cause: 'cuda_out_of_memory',
    retry: true,
    sign: /CUDA out of memory/,
    advice: () => 'The card ran out of memory; lower gpu_memory_utilization of its replicas, or max-num-seqs.',
  },
  {
    cause: 'cuda_fault',
    retry: true,
    sign: /CUDA error: (.+)/,
    advice: ([, what]) =>
      `The card reported "${what}"; look for XID in \`journalctl -k\`, and reset it if this comes back.`,
  },
  {
    cause: 'model_unreachable',
    retry: true,
    sign: /couldn't connect to '(https?:[^']+)'|LocalEntryNotFoundError|Max retries exceeded with url/,
    advice: () => 'The model could not be fetched; check the network, or download it and set `model` to its directory.',
  },
  {
    cause: 'bad_model',
    retry: false,
    sign: /Invalid repository ID or local directory specified: '([^']+)'|Repository Not Found for url: (\S+)|Repo id must be in the form|is not a valid (?:model identifier|git identifier)|GatedRepoError|RevisionNotFoundError|does not appear to have a file named/,
    advice: ([, directory, url]) => `Check model and revision of the pool (${directory ?? url ?? 'see its log'}).`,
  },
  {
    cause: 'address_in_use',
    retry: true,
    sign: /[Aa]ddress already in use/,
    advice: () => 'Another process has its port or socket; find it with `ss -lptnx` or give the replica another port.',
  },
  {
    cause: 'engine_core_died',
    retry: true,
    sign: /EngineDeadError|EngineCore encountered (?:a fatal error|an issue)|Engine core proc .* died/,
    advice: () => 'Its engine core died; the cause is above `EngineDeadError` in its log.',
  },
];

function fromLog(text: string): ExitClass | undefined {
  for (const { cause, retry, sign, advice } of LOG_SIGNS) {
    const found = sign.exec(text);
    if (found !== null) return { cause, retry, advice: advice(found) };
  }
  return undefined;
}

const OWN_MAKING = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL']);

function fromSignal(signal: string | null): ExitClass | undefined {
  if (signal === null) return undefined;
  if (OWN_MAKING.has(signal)) {
    return { cause: 'crashed', retry: true, advice: `It crashed with ${signal}; look at the last lines of its log.` };
  }
  const kernel = signal === 'SIGKILL' ? ', perhaps by the kernel for want of host memory (`journalctl -k`)' : '';
  return { cause: 'killed', retry: true, advice: `It was ended from outside by ${signal}${kernel}.` };
}

function fromCode({ code, whileIn }: ExitEvidence): ExitClass {
  if (code === 2 && whileIn === 'starting') {
    return { cause: 'bad_flag', retry: false, advice: 'Its command line was refused; see its log for the argument.' };
  }
  if (code === 0 && whileIn === 'serving') {
    return { cause: 'engine_core_died', retry: true, advice: 'It left by itself, which it does when its core dies.' };
  }
  return { cause: 'unknown', retry: true, advice: `It exited with ${code}; look at the last lines of its log.` };
}
