import type { Command } from 'commander';
import { isHidden } from './completion/index.ts';
import { EXIT_MEANING } from './exit-codes.ts';

/** Files and variables that commands read, for their sections. */
const FILES: readonly (readonly [string, string])[] = [
  [
    '/etc/ssw-infer/replicas.yaml',
    'the config, where neither --config, $SSW_CONFIG nor ./config/replicas.yaml names one',
  ],
  ['/run/ssw-infer/ctl.sock', 'the control socket of the installed service, for its owner and group'],
  ['/run/ssw-infer/ctl-read.sock', 'the same for those who may only look'],
  ['/var/lib/ssw-infer', 'what survives a reboot: Redis’s data, keys, the last good config'],
  ['/var/cache/ssw-infer', 'what can be made again: models, compile caches'],
];
const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['SSW_CONFIG', 'the config file'],
  ['XDG_STATE_HOME, XDG_RUNTIME_DIR, XDG_CACHE_HOME', 'where an ordinary user’s node keeps things'],
];
const SIGNALS: readonly (readonly [string, string])[] = [
  ['SIGHUP', 'read the config again, as reload does'],
  ['SIGTERM, SIGINT', 'let running requests finish, then stop; a second one stops at once'],
  ['SIGUSR1', 'write the state to the log'],
  ['SIGUSR2', 'open log files again'],
];

/** ssw-infer(1), in the man macros of groff_man(7), from the program's own declarations. */
export function formatManual(program: Command, version: string): string {
  return [
    `.TH SSW-INFER 1 "" "ssw-infer ${roff(version)}" "User Commands"`,
    '.SH NAME',
    `ssw-infer \\- ${roff(program.description())}`,
    '.SH SYNOPSIS',
    `.B ssw-infer\n.I command\n[${roff('options')}]`,
    '.SH DESCRIPTION',
    roff(
      'Data goes to standard output, everything else to standard error. Each command that reads takes --json, whose output is a stable contract (docs/cli-json.md).',
    ),
    '.SH COMMANDS',
    ...visible(program).flatMap((it) => commandPart(it, '')),
    ...tagged('EXIT STATUS', Object.entries(EXIT_MEANING)),
    ...tagged('SIGNALS', SIGNALS, 'To ssw-infer serve.'),
    ...tagged('FILES', FILES),
    ...tagged('ENVIRONMENT', ENVIRONMENT),
    '.SH SEE ALSO',
    roff('systemctl(1), journalctl(1)'),
    '',
  ].join('\n');
}

const visible = (command: Command): Command[] => command.commands.filter((it) => !isHidden(it));

/** One command and those below it. */
function commandPart(command: Command, parents: string): string[] {
  const name = `${parents}${command.name()}`;
  const operands = command.registeredArguments.map((it) => (it.required ? `<${it.name()}>` : `[${it.name()}]`));
  return [
    `.SS ${roff([name, ...operands].join(' '))}`,
    roff(sentence(command.description())),
    ...command.options.filter((it) => !it.hidden).flatMap((it) => entry(it.flags, it.description)),
    ...visible(command).flatMap((it) => commandPart(it, `${name} `)),
  ];
}

function tagged(title: string, entries: readonly (readonly [string, string])[], before = ''): string[] {
  return [
    `.SH ${title}`,
    ...(before === '' ? [] : [roff(before)]),
    ...entries.flatMap(([tag, text]) => entry(tag, text)),
  ];
}

const entry = (tag: string, text: string): string[] => ['.TP', `.B ${roff(tag)}`, roff(text)];

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Text as roff takes it: no escapes, no requests, a hyphen that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '\\[u2026]')
    .replace(/^([.'])/, '\\&$1');
}
