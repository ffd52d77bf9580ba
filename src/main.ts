/** What a shell shows for a program that SIGPIPE ended. */
const SIGPIPE_CODE = 141;

const [command, ...rest] = process.argv.slice(2);

// A simulated engine loads its own room only: four of them, each with its core, run on small machines.
const code = command === 'sim-engine' ? await simulate(rest) : await runOne(process.argv.slice(2));

// What has been written is out before the process ends, however slow its reader; what some idle handle still holds does not
// keep it. The callback of a last write comes before the writes that a full pipe holds back.
await new Promise<void>((resolve) => process.stdout.end(() => resolve()));
process.exit(code);

async function simulate(argv: readonly string[]): Promise<number> {
  const { runSimEngine } = await import('./sim/index.ts');
  return runSimEngine(argv);
}

/** Of `ssw-infer logs -f | head -1` the reader has enough at some time. A simulated engine writes by itself, and blocks. */
async function runOne(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', () => process.exit(SIGPIPE_CODE));
  const { processTerminal, runCommand } = await import('./cli/index.ts');
  return runCommand(argv, processTerminal());
}
