const [command, ...rest] = process.argv.slice(2);

// A simulated engine loads its own room only: four of them, each with its core, run on small machines.
const code = command === 'sim-engine' ? await simulate(rest) : await runOne(process.argv.slice(2));

// What has been written is out before the process ends; what some idle handle still holds does not keep it.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit(code);

async function simulate(argv: readonly string[]): Promise<number> {
  const { runSimEngine } = await import('./sim/index.ts');
  return runSimEngine(argv);
}

async function runOne(argv: readonly string[]): Promise<number> {
  const { processTerminal, runCommand } = await import('./cli/index.ts');
  return runCommand(argv, processTerminal());
}
