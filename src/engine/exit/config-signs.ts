import type { LogSign } from './log-sign.ts';

/** What an engine says of its own command line, its model and its place. None of it ends one that has served. */
export const CONFIG_SIGNS: readonly LogSign[] = [
  {
    cause: 'bad_flag',
    sign: /[Ee]rror: (unrecognized arguments: .+|argument --.+|.{1,100} requires --.+|ambiguous option: .+)|(invalid (?:tool call|reasoning) parser: [\w-]+)/,
    advice: ([, usage, parser]) => `Correct the args of the pool or replica: ${usage ?? parser}`,
  },
  {
    cause: 'bad_model',
    sign: /Repository Not Found for url: \S+|Repo id must be in the form .{0,60}: '[^']{1,300}'|(?<!\S)\S{1,300} is not a valid (?:model|git) identifier|Revision Not Found for url: \S+|RevisionNotFoundError|(?<!\S)\S{1,300} does not appear to have a file named \S+|Model architectures \[[^\]]{0,300}\] (?:are not supported|failed to be inspected)/,
    advice: ([found]) => `Check model and revision of the pool: ${found}.`,
  },
  {
    cause: 'bad_model',
    sign: /Access to model \S+ is restricted|GatedRepoError/,
    advice: ([found]) =>
      `Accept the model's terms, and give a token that may read it as HF_TOKEN in engine.env: ${found}.`,
  },
  {
    cause: 'address_in_use',
    sign: /[Aa]ddress already in use/,
    advice: () => 'Another process has its port or socket; find it with `ss -lptnx` or give the replica another port.',
  },
  {
    cause: 'not_executable',
    sign: /PackageNotFoundError: .*|ModuleNotFoundError: No module named 'vllm[^\n]*|ImportError: lib[^:\n]+: cannot open shared object file/,
    advice: ([what]) =>
      `Its installation is broken (${what}); run scripts/install-vllm.sh again, or correct engine.executable.`,
  },
];

/**
 * What explains an end only where nothing deeper does: huggingface_hub is asked of many files that nothing depends on,
 * and vLLM calls a repository invalid also when it cannot reach it (vllm/transformers_utils/config.py, `get_config`).
 */
export const LAST_SIGNS: readonly LogSign[] = [
  {
    cause: 'model_unreachable',
    sign: /outgoing traffic has been disabled|OfflineModeIsEnabled/,
    advice: () =>
      'HF_HUB_OFFLINE is set and the model is not on this disk; download it, or take that out of engine.env or the environment.',
  },
  {
    cause: 'model_unreachable',
    sign: /couldn't connect to '(https?:[^']+)'|LocalEntryNotFoundError|Max retries exceeded with url|httpx\.Connect\w+|failure in name resolution|Name or service not known/,
    advice: ([, url]) =>
      `The model could not be fetched${url === undefined ? '' : ` from ${url}`}; check the network, or download it and set \`model\` to its directory.`,
  },
  {
    cause: 'bad_model',
    sign: /Invalid repository ID or local directory specified: '[^']+'/,
    advice: ([found]) => `Check model and revision of the pool: ${found}.`,
  },
  {
    // After the model's own words, which vLLM wraps in the same.
    cause: 'bad_flag',
    sign: /validation errors? for \w+\b[\s\S]{0,80}?Value error, ([^[\n]{1,200})/,
    advice: ([, what]) => `Correct the args of the pool or replica: ${what?.trim()}`,
  },
];
