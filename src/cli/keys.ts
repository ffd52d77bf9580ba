import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config/index.ts';
import { addKey, keyIdIn, readKeysFile, revokeKey, type StoredKey } from '../node/index.ts';
import { requireConfig, type ConfigOption } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Where the keys are: the config tells, or `--file` where there is none, or a broken one. */
export interface KeysOption extends ConfigOption {
  readonly file?: string;
  readonly json?: true;
}

export interface AddKeyOption extends KeysOption {
  readonly tenant: string;
  /** Unix ms. */
  readonly expires?: number;
  readonly note?: string;
}

/** `ssw-infer keys add`: a new key, printed once. A running node lets it in within a second. */
export async function addTenantKey(option: AddKeyOption, terminal: Terminal): Promise<ExitCode> {
  const { file, config } = await locate(option, terminal);
  mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
  const { tenant, expires, note } = option;
  const { key, stored, isFirst } = await addKey(file, { tenant, expiresUnixMs: expires, note });
  const { id, created_at, expires_at = null } = stored;
  terminal.out(option.json === true ? JSON.stringify({ key, id, tenant, created_at, expires_at }, null, 2) : key);
  terminal.err(`This is shown once: ${file} has only its hash.`);
  if (config !== undefined && !config.tenants.some((it) => it.name === tenant))
    terminal.err(`${tenant} is not in \`tenants\`: tenant_defaults hold for it.`);
  if (isFirst) terminal.err('It is the first key: from now on every request needs one.');
  return EXIT.ok;
}

/** `ssw-infer keys list`: all keys of the file, without what they could be made from. */
export async function listTenantKeys(option: KeysOption, terminal: Terminal): Promise<ExitCode> {
  const { file } = await locate(option, terminal);
  const nowUnixMs = Date.now();
  const keys = readKeysFile(file).map((it) => report(it, nowUnixMs));
  const rows = keys.map((it) => [it.id, it.tenant, it.state, it.created_at, it.expires_at ?? '-', it.note ?? '']);
  if (option.json === true) terminal.out(JSON.stringify(keys, null, 2));
  else if (rows.length === 0) terminal.out(`there are no keys in ${file}`);
  else terminal.out(formatTable([['ID', 'TENANT', 'STATE', 'CREATED', 'EXPIRES', 'NOTE'], ...rows], terminal.columns));
  return EXIT.ok;
}

/**
 * `ssw-infer keys revoke ID`: ends a key for good. A running node turns it away within a second. Whoever has the whole key
 * at hand may give that; it is told by its id, and what is no id is told by nothing: it may be a part of a secret.
 */
export async function revokeTenantKey(text: string, option: KeysOption, terminal: Terminal): Promise<ExitCode> {
  const { file } = await locate(option, terminal);
  const id = keyIdIn(text);
  const isThere = id !== undefined && existsSync(file) && (await revokeKey(file, id));
  if (option.json === true) terminal.out(JSON.stringify({ id: id ?? null, revoked: isThere }, null, 2));
  if (isThere) terminal.err(`${id} is revoked`);
  else if (id === undefined) terminal.err('that is no id of a key; see `ssw-infer keys list`');
  else terminal.err(`there is no key ${id} in ${file}; see \`ssw-infer keys list\``);
  return isThere ? EXIT.ok : EXIT.failed;
}

function report(key: StoredKey, nowUnixMs: number) {
  const { id, tenant, created_at, expires_at = null, revoked_at = null, note = null } = key;
  const isOver = expires_at !== null && Date.parse(expires_at) <= nowUnixMs;
  const state = revoked_at !== null ? 'revoked' : isOver ? 'expired' : 'active';
  return { id, tenant, state, created_at, expires_at, revoked_at, note };
}

/** The installed service's directory, for an operator's shell, which lacks the unit's `STATE_DIRECTORY`. */
const INSTALLED_STATE = '/var/lib/ssw-infer';

async function locate(option: KeysOption, terminal: Terminal): Promise<{ file: string; config: Config | undefined }> {
  if (option.file !== undefined) return { file: option.file, config: undefined };
  const config = await requireConfig(option, terminal);
  const { keysFile } = config.paths;
  const isElsewhere =
    config.gateway.keysFile === undefined && !existsSync(dirname(keysFile)) && existsSync(INSTALLED_STATE);
  return { file: isElsewhere ? join(INSTALLED_STATE, 'keys.json') : keysFile, config };
}
