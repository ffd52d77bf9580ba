import type { Command } from 'commander';
import type { ClaimReport, LineReport, QueueReport, TicketReport } from '../control/index.ts';
import { notEmpty, parseCount, type CommandTools, type JsonOption } from './command.ts';
import { findNode, type NodeOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import { formatDuration, type Terminal } from './terminal.ts';

export function addQueue(program: Command, { terminal, remote, json, ends }: CommandTools): void {
  const command = program.command('queue').description('who waits and what runs, of all nodes that share the Redis');
  json(remote(command))
    .option('--pool <pool>', 'only this pool')
    .option('--tickets <count>', 'waiting requests told one by one (default: 100)', parseCount)
    .action((option: QueueOption) => ends(queue(option, terminal)));
  remote(command.command('cancel').description('end one request, waiting or running'))
    .argument('<id>', '', notEmpty)
    .action((id: string, _option: NodeOption, it: Command) => ends(cancelRequest(id, it.optsWithGlobals(), terminal)));
  json(remote(command.command('audit').description('check the queue against itself; exit 1 where it is wrong'))).action(
    (_option: NodeOption, it: Command) => ends(auditQueue(it.optsWithGlobals(), terminal)),
  );
}

export interface QueueOption extends NodeOption, JsonOption {
  readonly pool?: string;
  readonly tickets?: number;
}

/** `ssw-infer queue`: who waits, how long, and what runs where; of all nodes that share the Redis. */
export async function queue(option: QueueOption, terminal: Terminal): Promise<ExitCode> {
  const { pool, tickets } = option;
  const reports = await (await findNode(option)).queue({ pool, tickets });
  terminal.out(
    option.json === true
      ? JSON.stringify(reports, null, 2)
      : reports.map((it) => formatQueue(it, terminal.columns)).join('\n\n'),
  );
  return EXIT.ok;
}

/** `ssw-infer queue cancel ID`: takes it out of the line, or ends it where it runs. */
export async function cancelRequest(id: string, option: NodeOption, terminal: Terminal): Promise<ExitCode> {
  const wasThere = await (await findNode(option)).cancelRequest(id);
  terminal.err(wasThere ? `${id} is cancelled` : `no request ${id} waits or runs; see \`ssw-infer queue\``);
  return wasThere ? EXIT.ok : EXIT.failed;
}

/** `ssw-infer queue audit`: checks what the store holds against itself; exit 1 where something is wrong. */
export async function auditQueue(option: NodeOption & JsonOption, terminal: Terminal): Promise<ExitCode> {
  const findings = await (await findNode(option)).auditQueue();
  if (option.json === true) terminal.out(JSON.stringify(findings, null, 2));
  else if (findings.length === 0) terminal.out('every request has one place, and every index agrees');
  else for (const { pool, rule, what } of findings) terminal.out(`${pool}: ${rule}: ${what}`);
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}

/** One pool's queue as a person reads it. */
export function formatQueue(report: QueueReport, columns: number | undefined): string {
  const { pool, waiting, suspects, running, lines, tickets, claims, nodes } = report;
  const apart = suspects === 0 ? '' : ` · ${suspects} wait to run alone`;
  const shown = [
    `${pool}: ${waiting} waiting${apart} · ${running} running · nodes: ${nodes.map((it) => it.node).join(', ') || 'none'}`,
  ];
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) shown.push('', formatTable([head, ...rows], columns));
  };
  table(['TENANT', 'PRIORITY', 'WAITING', 'OLDEST', 'KV TOKENS', 'VIRTUAL'], lines.map(lineRow));
  table(['REQUEST', 'TENANT', 'PRIORITY', 'PLACE', 'WAITS', 'KV TOKENS', 'FROM'], tickets.map(ticketRow));
  table(['RUNNING', 'TENANT', 'PRIORITY', 'REPLICA', 'NODE', 'KV TOKENS', 'FROM'], claims.map(claimRow));
  return shown.join('\n');
}

function lineRow(it: LineReport): string[] {
  const { tenant, priority, waiting, oldest_wait_ms: oldestMs, cost_tokens: cost, virtual_tokens: virtual } = it;
  return [tenant, priority, String(waiting), formatDuration(oldestMs), String(cost), String(virtual)];
}

function ticketRow({
  id,
  tenant,
  priority,
  position,
  wait_ms: waitMs,
  cost_tokens: cost,
  origin,
}: TicketReport): string[] {
  const place = position === 0 ? 'alone' : String(position);
  return [id, tenant, priority, place, formatDuration(waitMs), String(cost), origin];
}

function claimRow({ id, tenant, priority, replica, node, cost_tokens: cost, origin }: ClaimReport): string[] {
  return [id, tenant, priority, replica, node, String(cost), origin];
}
