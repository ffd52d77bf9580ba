import { Command, InvalidArgumentError } from 'commander';
import { REPLICA_OPERATIONS, type ReplicaOperation } from '../control/index.ts';
import { check } from './check.ts';
import type { ConfigOption, NodeOption } from './context.ts';
import { history } from './history.ts';
import { addKeysCommands } from './keys-commands.ts';
import { logs, type LogsOption } from './logs.ts';
import { operate } from './operate.ts';
import { quarantine, release } from './quarantine.ts';
import { auditQueue, cancelRequest, queue, type QueueOption } from './queue.ts';
import { reload, type ReloadOption } from './reload.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

type Json = { readonly json?: true };

const OPERATION_HELP: Record<ReplicaOperation, string> = {
  restart: 'drain, stop and start a replica; also brings back a failed one',
  drain: 'give a replica no new work and wait until it is idle',
  resume: 'open a drained replica again',
};

/** All commands. `exit` is told the code of the one that ran. */
export function createProgram(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('ssw-infer')
    .description('Owns a GPU host: supervises vLLM engines, queues in Redis, serves the OpenAI API.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  const ends = (code: Promise<number> | number) => Promise.resolve(code).then(exit);
  const command = (name: string, description: string) => program.command(name).description(description);
  const configured = (it: Command) =>
    it.option(
      '--config <file>',
      'config file (default: $SSW_CONFIG, ./config/replicas.yaml, /etc/ssw-infer/replicas.yaml)',
    );
  const remote = (it: Command) => configured(it).option('--socket <path>', 'control socket of the node');
  const json = (it: Command) => it.option('--json', 'print JSON (a stable contract, docs/cli-json.md)');

  configured(command('serve', 'run the node in the foreground')).action((option: ConfigOption) =>
    ends(serve(option, terminal)),
  );
  json(configured(command('check', 'validate the config; every problem with file:line:column'))).action(
    (option: ConfigOption & Json) => ends(check(option, terminal)),
  );
  json(remote(command('status', 'pools and replicas of the running node'))).action((option: NodeOption & Json) =>
    ends(status(option, terminal)),
  );
  json(remote(command('logs', 'output of the engines').argument('[replica]')))
    .option('-f, --follow', 'go on with what comes')
    .option('-n, --lines <count>', 'only the last lines', parseCount)
    .action((replica: string | undefined, option: LogsOption) => ends(logs(replica, option, terminal)));
  json(remote(command('history', 'the last transitions of a replica').argument('<replica>'))).action(
    (replica: string, option: NodeOption & Json) => ends(history(replica, option, terminal)),
  );
  const inQuarantine = command('quarantine', 'requests that are refused because they killed three engines');
  json(remote(inQuarantine)).action((option: NodeOption & Json) => ends(quarantine(option, terminal)));
  remote(
    inQuarantine.command('release').description('let one, or all, run again').argument('<fingerprint|all>'),
  ).action((fingerprint: string, _option: NodeOption, it: Command) =>
    ends(release(fingerprint, it.optsWithGlobals(), terminal)),
  );
  const inQueue = command('queue', 'who waits and what runs, of all nodes that share the Redis');
  json(remote(inQueue))
    .option('--pool <name>', 'only this pool')
    .option('--tickets <count>', 'waiting requests told one by one (default: 100)', parseCount)
    .action((option: QueueOption) => ends(queue(option, terminal)));
  remote(
    inQueue.command('cancel').description('end one request, waiting or running').argument('<id>', '', parseId),
  ).action((id: string, _option: NodeOption, it: Command) => ends(cancelRequest(id, it.optsWithGlobals(), terminal)));
  json(remote(inQueue.command('audit').description('check the queue against itself; exit 1 where it is wrong'))).action(
    (_option: NodeOption, it: Command) => ends(auditQueue(it.optsWithGlobals(), terminal)),
  );
  json(remote(command('reload', 'make the running node read its config again')))
    .option('--dry-run', 'only print what would change')
    .option('--wait', 'return when everything has changed')
    .action((option: ReloadOption) => ends(reload(option, terminal)));
  for (const operation of REPLICA_OPERATIONS)
    remote(command(operation, OPERATION_HELP[operation]).argument('<replica>')).action(
      (replica: string, option: NodeOption) => ends(operate(operation, replica, option, terminal)),
    );
  addKeysCommands(command('keys', "tenants' API keys; only hashes are stored"), terminal, { configured, json, ends });
  command('schema', 'JSON schema of the config').action(() => ends(schema(terminal)));
  json(command('version', 'version, commit, Bun, build date')).action((option: Json) =>
    ends(version(option, terminal)),
  );
  command('sim-engine', 'one simulated engine; see `ssw-infer sim-engine --help`').allowUnknownOption();
  return program;
}

function parseId(text: string): string {
  if (text === '') throw new InvalidArgumentError('it is empty');
  return text;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('a count is a whole number, 0 or more');
  return count;
}
