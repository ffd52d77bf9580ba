import { writeSync } from 'node:fs';

const USAGE = 'usage: ssw-infer sim-engine serve [model_tag] [options]';
const USAGE_NVIDIA_SMI =
  '       ssw-infer sim-engine nvidia-smi --sim-card-ledger DIR --query-gpu=FIELDS|--query-compute-apps=FIELDS --format=csv[,noheader][,nounits] [-i CARD]';
const STDOUT = 1;
const STDERR = 2;

/** argparse's exit code for a bad command line. */
const EXIT_USAGE = 2;

/**
 * One simulated engine: vLLM's command line, HTTP face, processes, signals and faults without a model. A program of
 * its own: `serve MODEL …` is the API server, `core` is what it starts itself, `nvidia-smi` answers for the cards that
 * all of them share. Returns the exit code.
 */
export async function runSimEngine(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === 'core') {
    const { runCore } = await import('./core/run.ts');
    return runCore();
  }
  if (command === 'nvidia-smi') {
    const { runNvidiaSmi } = await import('./nvidia-smi/run.ts');
    return runNvidiaSmi(rest, process.env);
  }
  if (command === 'serve') return serve(rest);
  if (command === '--help' || command === '-h') return help();
  return refuse(`argument subparser: invalid choice: '${command ?? ''}' (choose from 'serve', 'nvidia-smi')`);
}

/** The two programs are loaded on demand: each process holds only its own. */
async function serve(argv: readonly string[]): Promise<number> {
  const { parseCommandLine } = await import('./flags/parse.ts');
  const { settingsOf } = await import('./flags/settings.ts');
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) return refuse(parsed.message);
  const made = settingsOf(parsed.line, process.env);
  if (!made.ok) {
    writeSync(STDERR, `${made.message}\n`);
    return 1;
  }
  const { runLeader } = await import('./leader/run.ts');
  return runLeader(made.settings);
}

/** Its flags are vLLM's, and a table of its own (README.md). */
function help(): number {
  writeSync(
    STDOUT,
    `${USAGE}\n${USAGE_NVIDIA_SMI}\n\nTakes the flags of \`vllm serve\`, and --sim-seed, --sim-speed, --sim-start-s, --sim-kv-tokens,\n--sim-prefill-tokens-per-s, --sim-decode-step-ms, --sim-dead-exit-s, --sim-linger-s, --sim-card-ledger,\n--sim-card-mib, --sim-weights-mib, --sim-poison, --sim-fault NAME[:AMOUNT].\n`,
  );
  return 0;
}

function refuse(message: string): number {
  writeSync(STDERR, `${USAGE}\nssw-infer sim-engine serve: error: ${message}\n`);
  return EXIT_USAGE;
}
