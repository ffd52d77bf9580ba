import type { Command } from 'commander';

/** `ssw-infer sim-engine`: only its place in the help; the simulated engine is a program of its own, with its own flags. */
export function addSimEngine(program: Command): void {
  program
    .command('sim-engine')
    .description('one simulated engine; see `ssw-infer sim-engine --help`')
    .allowUnknownOption();
}
