import { processTerminal, runCommand } from './cli/index.ts';
import { runSimEngine } from './sim/index.ts';

const [command, ...rest] = process.argv.slice(2);

process.exitCode =
  command === 'sim-engine' ? await runSimEngine(rest) : await runCommand(process.argv.slice(2), processTerminal());
