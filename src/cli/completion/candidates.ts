import type { Argument, Command, Option } from 'commander';

/** One word that may stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand at the cursor: these, and what only the running node or the disk knows. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly ask: 'replicas' | 'pools' | 'files' | 'directories' | undefined;
  /** Stands before each value: `--pool=` of `--pool=he`. */
  readonly prefix: string;
}

const ASKED_FOR: Readonly<Record<string, Completion['ask']>> = {
  replica: 'replicas',
  pool: 'pools',
  file: 'files',
  directory: 'directories',
};

/**
 * What may stand in place of the last of `words`, which is as far as it has been typed. Words are those of the command line after
 * the program's name. From the program's own declarations: a value is completed by its choices, else by the name it is
 * declared with (`program.ts`).
 */
export function complete(program: Command, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const before = readWords(program, words.slice(0, -1));
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  const inline = flag === undefined ? undefined : findOption(before.command, flag);
  if (inline !== undefined) return { ...fitting(valueOf(inline), value ?? ''), prefix: `${flag}=` };
  if (before.awaiting !== undefined) return fitting(valueOf(before.awaiting), typed);
  if (typed.startsWith('-') && !before.isOnlyOperands)
    return fitting(known(optionsOf(before.command, before.used)), typed);
  return fitting(operandOf(before), typed);
}

/** Where the words before the cursor lead. */
interface Place {
  readonly command: Command;
  /** Arguments given so far. */
  readonly operands: number;
  /** The option whose value is to come. */
  readonly awaiting: Option | undefined;
  readonly used: readonly Option[];
  /** After `--`. */
  readonly isOnlyOperands: boolean;
}

function readWords(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, operands: 0, awaiting: undefined, used: [], isOnlyOperands: false };
  for (const word of words) place = readWord(place, word);
  return place;
}

function readWord(place: Place, word: string): Place {
  if (word === '=') return place; // bash splits `--pool=heavy` there
  if (place.awaiting !== undefined) return { ...place, awaiting: undefined };
  if (place.isOnlyOperands) return { ...place, operands: place.operands + 1 };
  if (word === '--') return { ...place, isOnlyOperands: true };
  if (word.startsWith('-')) {
    const option = findOption(place.command, word.split('=')[0] ?? word);
    if (option === undefined) return place;
    const awaiting = takesValue(option) && !word.includes('=') ? option : undefined;
    return { ...place, awaiting, used: [...place.used, option] };
  }
  const command = place.operands === 0 ? place.command.commands.find((it) => it.name() === word) : undefined;
  return command === undefined ? { ...place, operands: place.operands + 1 } : { ...place, command, used: [] };
}

const findOption = (command: Command, flag: string): Option | undefined =>
  command.options.find((it) => it.long === flag || it.short === flag);
const takesValue = (option: Option): boolean => option.required || option.optional;

type Values = Pick<Completion, 'candidates' | 'ask'>;
const known = (candidates: readonly Candidate[]): Values => ({ candidates, ask: undefined });

function fitting({ candidates, ask }: Values, typed: string): Completion {
  return { candidates: candidates.filter((it) => it.value.startsWith(typed)), ask, prefix: '' };
}

function optionsOf(command: Command, used: readonly Option[]): Candidate[] {
  const own = command.options.filter((it) => !it.hidden && (it.variadic || !used.includes(it)));
  const help = { value: '--help', description: 'display help for command' };
  return [...own.map((it) => ({ value: it.long ?? it.short ?? '', description: it.description })), help];
}

function valueOf({ argChoices, flags }: Option): Values {
  return argChoices === undefined ? namedValue(/[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '') : choices(argChoices);
}

function operandOf({ command, operands }: Place): Values {
  const subcommands = operands > 0 ? [] : command.commands.filter((it) => !isHidden(it));
  const named = subcommands.map((it) => ({ value: it.name(), description: it.description() }));
  const { candidates, ask } = argumentOf(command.registeredArguments, operands);
  return { candidates: [...named, ...candidates], ask };
}

function argumentOf(all: readonly Argument[], index: number): Values {
  const last = all.at(-1);
  const argument = all[index] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return known([]);
  return argument.argChoices === undefined ? namedValue(argument.name()) : choices(argument.argChoices);
}

/** `replica`, or one that names a value of its own: `fingerprint|all`. */
function namedValue(name: string): Values {
  const [first = '', ...others] = name.split('|');
  return { candidates: others.map((value) => ({ value, description: '' })), ask: ASKED_FOR[first] };
}

const choices = (values: readonly string[]): Values => known(values.map((value) => ({ value, description: '' })));

/** Commander keeps what `{ hidden: true }` says to itself; its help is asked. */
export function isHidden(command: Command): boolean {
  const parent = command.parent;
  return parent !== null && !parent.createHelp().visibleCommands(parent).includes(command);
}
