import { processTerminal, runCommand } from './cli/index.ts';
import { runSimEngine } from './sim/index.ts';

const [command, ...rest] = process.argv.slice(2);

const code =
  command === 'sim-engine' ? await runSimEngine(rest) : await runCommand(process.argv.slice(2), processTerminal());

// What has been written is out before the process ends; what some idle handle still holds does not keep it.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit(code);
