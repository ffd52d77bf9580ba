import { Argument, type Command } from 'commander';
import { ROLLOUT_OPERATIONS, type MoveReport, type RolloutOperation, type RolloutReport } from '../control/index.ts';
import type { CommandTools, JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import { formatDuration, type Terminal } from './terminal.ts';

type RolloutOption = NodeOption & JsonOption;

export function addRollout(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  const what = new Argument('[what]', 'pause: no other replica begins; abort: what moved goes back')
    .choices(['status', ...ROLLOUT_OPERATIONS])
    .default('status');
  json(remote(program.command('rollout').description('how replicas move to another definition; pause, resume, abort')))
    .addArgument(what)
    .action((asked: RolloutOperation | 'status', option: RolloutOption) => ends(rollout(asked, option, terminal)));
}

/** `ssw-infer rollout [status|pause|resume|abort]`: looks at the rollout of now, or the last one; or steers it. */
async function rollout(
  asked: RolloutOperation | 'status',
  option: RolloutOption,
  terminal: Terminal,
): Promise<ExitCode> {
  const node = await findNode(option);
  if (asked !== 'status') {
    const result = await node.steerRollout(asked);
    if (option.json === true) terminal.out(JSON.stringify(result));
    else if (!result.ok) terminal.err(result.message);
    return result.ok ? EXIT.ok : EXIT.failed;
  }
  const report = await node.rollout();
  if (option.json === true) terminal.out(JSON.stringify(report, null, 2));
  else terminal.out(report === null ? 'no rollout yet' : formatRollout(report, Date.now(), terminal.columns));
  return EXIT.ok;
}

/** A rollout as a person reads it. `nowUnixMs` dates the ages. */
export function formatRollout(report: RolloutReport, nowUnixMs: number, columns: number | undefined): string {
  const { status, cause, started_at, ended_at, moves } = report;
  const age = (since: string) => formatDuration(nowUnixMs - Date.parse(since));
  const when = ended_at === null ? `for ${age(started_at)}` : `${age(ended_at)} ago`;
  const head = ['REPLICA', 'POOL', 'MOVE', 'FROM', 'TO', 'STAGE', 'FOR'];
  return [
    `rollout ${status} ${when}${cause === null ? '' : `: ${cause}`}`,
    '',
    formatTable([head, ...moves.map((it) => row(it, age))], columns),
    ...moves.flatMap((it) => (it.cause === null ? [] : ['', `${it.replica}: ${it.cause}`])),
  ].join('\n');
}

function row(move: MoveReport, age: (since: string) => string): string[] {
  const { replica, pool, kind, from, to, stage, since } = move;
  return [replica, pool, kind, from ?? '-', to ?? '-', stage, age(since)];
}
