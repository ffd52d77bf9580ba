import { InvalidArgumentError, type Command } from 'commander';
import { TENANT_NAME } from '../config/index.ts';
import type { CommandTools } from './command.ts';
import { addTenantKey, listTenantKeys, revokeTenantKey, type AddKeyOption, type KeysOption } from './keys.ts';

/** `keys add|list|revoke`. */
export function addKeys(program: Command, { terminal, configured, json, ends }: CommandTools): void {
  const keys = program.command('keys').description("tenants' API keys; only hashes are stored");
  const command = (it: Command) => json(configured(it)).option('--file <file>', 'the file of keys, without a config');
  command(keys.command('add').description('make a key; it is printed once'))
    .requiredOption('--tenant <name>', 'whom its requests are counted on', parseTenant)
    .option('--expires <when>', 'its end: 12h, 30d, or a date as 2030-01-31T00:00:00Z', parseEnd)
    .option('--note <text>', 'to know it by in the list', parseNote)
    .action((option: AddKeyOption) => ends(addTenantKey(option, terminal)));
  command(keys.command('list').description('all keys, by id')).action((option: KeysOption) =>
    ends(listTenantKeys(option, terminal)),
  );
  command(keys.command('revoke').description('end a key for good').argument('<id>')).action(
    (id: string, option: KeysOption) => ends(revokeTenantKey(id, option, terminal)),
  );
}

function parseTenant(text: string): string {
  if (TENANT_NAME.test(text)) return text;
  throw new InvalidArgumentError('a tenant is 1-64 of letters, digits, ".", "_", ":", "@" and "-"');
}

const NOTE_CHARACTERS_MAX = 200;

function parseNote(text: string): string {
  if (text.length <= NOTE_CHARACTERS_MAX) return text;
  throw new InvalidArgumentError(`a note is at most ${NOTE_CHARACTERS_MAX} characters`);
}

const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;

/** Unix ms. */
export function parseEnd(text: string, _previous?: unknown, nowUnixMs = Date.now()): number {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const end = count === undefined ? Date.parse(text) : nowUnixMs + Number(count) * UNIT_MS[unit === 'h' ? 'h' : 'd'];
  if (Number.isNaN(end)) throw new InvalidArgumentError('write 12h, 30d, or a date as 2030-01-31T00:00:00Z');
  if (end <= nowUnixMs) throw new InvalidArgumentError('that is over already');
  return end;
}
