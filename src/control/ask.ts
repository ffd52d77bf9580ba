import { accessSync, constants, existsSync, statSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CONTROL_API } from './api.ts';
import { NoNodeError, NoPermissionError, NoRedisError } from './errors.ts';
import { readSocketPath } from './socket-file.ts';

/**
 * One request on a node's control socket; the answer is a success. Who may not open it asks the read-only socket beside it,
 * which answers what it may. `body` is sent as JSON.
 */
export async function askNode(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Response> {
  const reduced = mayOpen(socketPath) ? undefined : readSocketPath(socketPath);
  if (reduced !== undefined && (method !== 'GET' || !existsSync(reduced))) throw notPermitted(socketPath);
  const response = await send(reduced ?? socketPath, method, path, body);
  if (response.ok) return response;
  const said = messageIn(await response.text());
  if (response.status === 403) throw notPermitted(socketPath);
  if (response.status === 503) throw new NoRedisError(said);
  throw new Error(`the node answered ${response.status}: ${said}`);
}

async function send(socketPath: string, method: 'GET' | 'POST', path: string, body: unknown): Promise<Response> {
  try {
    // `timeout: false`: a reload may be silent for longer than fetch's idle limit of five minutes.
    return await fetch(`http://localhost${CONTROL_API}${path}`, {
      unix: socketPath,
      method,
      timeout: false,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (isRefused(cause))
      throw new NoNodeError(`no ssw-infer node answers on ${socketPath}; is it running?`, { cause });
    throw new Error(`the node on ${socketPath} broke off; see its log`, { cause });
  }
}

/** Where there is no such socket it may: that nobody answers is found out by asking. */
function mayOpen(socketPath: string): boolean {
  try {
    accessSync(socketPath, constants.W_OK);
    return true;
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM'));
  }
}

function notPermitted(socketPath: string): NoPermissionError {
  const group = groupOf(socketPath);
  const who = group === undefined ? 'its owner' : `its owner and group ${group}`;
  const remedy = group === undefined ? '' : `; join it: usermod -aG ${group} USER, then log in again`;
  return new NoPermissionError(`permission denied: ${socketPath} is for ${who}${remedy}`);
}

/** The name of the group that a socket is for; undefined where nothing of it can be seen, or that group is root's. */
function groupOf(socketPath: string): string | undefined {
  const seen = [socketPath, dirname(socketPath)].map(gidOf).find((it) => it !== undefined);
  if (seen === undefined || seen === 0) return undefined;
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((it) => it.split(':')[2] === String(seen));
  return line?.split(':')[0];
}

/** Undefined where its folder cannot be looked into. */
function gidOf(path: string): number | undefined {
  try {
    return statSync(path).gid;
  } catch {
    return undefined;
  }
}

/** The node's own words, where there are some. */
function messageIn(text: string): string {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === 'object' && said !== null && 'message' in said) return String(said.message);
  } catch {
    // not the node's JSON: shown as it is
  }
  return text;
}

/** Nobody listens, or there is no such socket. */
function isRefused(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'FailedToOpenSocket' || code === 'ConnectionRefused';
}
