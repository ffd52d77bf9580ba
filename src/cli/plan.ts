import { InvalidArgumentError, Option, type Command } from 'commander';
import { GIB, KNOWN_CARDS_GIB, planHost } from '../node/index.ts';
import { systemClock } from '../telemetry/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { requireConfig, type ConfigOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatPlan, planJson } from './plan-text.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `plan`. */
export interface PlanOption extends ConfigOption, JsonOption {
  readonly card?: string;
  readonly cardMemoryGib?: number;
}

export function addPlan(program: Command, { terminal, configured, json, ends }: CommandTools): void {
  json(
    configured(
      program
        .command('plan')
        .description('memory of the cards: who gets what, and whether it fits; exit 1 where it does not'),
    ),
  )
    .addOption(
      new Option('--card <name>', 'plan for such cards instead of those here').choices(Object.keys(KNOWN_CARDS_GIB)),
    )
    .addOption(
      new Option('--card-memory-gib <size>', 'plan for cards of this size, as PyTorch sees it')
        .argParser(parseGib)
        .conflicts('card'),
    )
    .action((option: PlanOption) => ends(plan(option, terminal)));
}

/** `ssw-infer plan`: says no before vLLM would; starts nothing, fetches nothing. */
export async function plan(option: PlanOption, terminal: Terminal): Promise<ExitCode> {
  const config = await requireConfig(option, terminal);
  const gib = option.cardMemoryGib ?? (option.card === undefined ? undefined : KNOWN_CARDS_GIB[option.card]);
  const planned = await planHost(config, systemClock, gib === undefined ? undefined : gib * GIB);
  if (option.json === true) terminal.out(JSON.stringify(planJson(planned, config.source), null, 2));
  else terminal.out(formatPlan(planned, terminal.columns));
  if (option.json !== true) for (const it of planned.problems) terminal.err(`${it.replica}: ${it.message}`);
  return planned.problems.length === 0 ? EXIT.ok : EXIT.failed;
}

function parseGib(text: string): number {
  const gib = Number(text);
  if (!(gib > 0 && gib <= 4096)) throw new InvalidArgumentError('a size is a number of GiB above 0, such as 44.4');
  return gib;
}
