import type { Command } from 'commander';
import type { ControlClient, PlannedMove, ReloadPreview } from '../control/index.ts';
import { awaitChange } from './change.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import { formatDuration, type Terminal } from './terminal.ts';

export function addReload(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  json(remote(program.command('reload').description('make the running node read its config again')))
    .option('--dry-run', 'only print what would change, how long it may take and what serves meanwhile')
    .option('--wait', 'return when everything has changed, or was taken back')
    .action((option: ReloadOption) => ends(reload(option, terminal)));
}

/** Flags of `reload`. */
interface ReloadOption extends NodeOption, JsonOption {
  readonly dryRun?: true;
  readonly wait?: true;
}

/**
 * `ssw-infer reload`: the running node reads its file again. Without `--wait` it returns once the plan is accepted. Exit 78
 * where it is refused, 1 where it was taken back or failed.
 */
export async function reload(option: ReloadOption, terminal: Terminal): Promise<ExitCode> {
  const node = await findNode(option);
  if (option.dryRun === true) return preview(node, option, terminal);
  const how = { wait: option.wait === true, json: option.json === true, terminal };
  return awaitChange('reload', how, (tell) => node.reload(tell));
}

async function preview(node: ControlClient, option: ReloadOption, terminal: Terminal): Promise<ExitCode> {
  const plan = await node.previewReload();
  if (option.json === true) terminal.out(JSON.stringify(plan, null, 2));
  else if (!plan.ok) terminal.err(plan.message);
  else terminal.out(formatPreview(plan, terminal.columns));
  return plan.ok ? EXIT.ok : EXIT.config;
}

type Preview = Extract<ReloadPreview, { readonly ok: true }>;

/** A plan as a person reads it: what changes, then the moves in their order. */
export function formatPreview({ steps, moves, duration_s }: Preview, columns: number | undefined): string {
  if (steps.length === 0) return 'nothing would change';
  if (moves.length === 0) return steps.join('\n');
  const rows = moves.map((move) => [
    move.replica,
    move.kind,
    move.to ?? '-',
    duration(move),
    String(move.ready_meanwhile),
    move.kv_tokens_meanwhile.toLocaleString('en'),
  ]);
  const head = ['REPLICA', 'MOVE', 'TO', 'TAKES', 'READY MEANWHILE', 'KV TOKENS MEANWHILE'];
  const guessed = moves.some((it) => !it.start_known) ? '; ~ is a guess: no start of that model is on record' : '';
  return [
    ...steps,
    '',
    formatTable([head, ...rows], columns),
    '',
    `about ${formatDuration(duration_s * 1000)} and what runs, up to ${drainMax(moves)} s a replica${guessed}`,
  ].join('\n');
}

const duration = ({ kind, start_s, start_known }: PlannedMove): string =>
  kind === 'remove' ? '-' : `${start_known ? '' : '~'}${formatDuration(start_s * 1000)}`;

const drainMax = (moves: readonly PlannedMove[]): number => Math.max(...moves.map((it) => it.drain_s_max));
