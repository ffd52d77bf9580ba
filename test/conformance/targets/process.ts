import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import type { House } from './target.ts';

/** A supervisor's own process. */
export interface SupervisorProcess {
  readonly pid: number;
  readonly exited: Promise<void>;
  isAlive(): boolean;
}

/** Starts a supervisor in its directory, its output in a file there. */
export function spawnSupervisor(argv: readonly string[], house: House): SupervisorProcess {
  const output = Bun.file(join(house.directory, 'supervisor.log'));
  const child = Bun.spawn([...argv], {
    cwd: house.directory,
    env: supervisorEnvironment(house),
    stdio: ['ignore', output, output],
  });
  return {
    pid: child.pid,
    exited: child.exited.then(() => undefined),
    isAlive: () => child.exitCode === null && child.signalCode === null,
  };
}

/** What every target's own process, and its control commands, run with. */
export function supervisorEnvironment({ directory, env }: House): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: directory, ...env };
}

/** What a command said; rejects where it failed. */
export async function runCommand(argv: readonly string[], house: House): Promise<string> {
  const { code, text } = await tryCommand(argv, house);
  if (code !== 0) throw new Error(`${argv.join(' ')} exited ${code}: ${text}`);
  return text;
}

/** What a command said, and its exit code. */
export async function tryCommand(
  argv: readonly string[],
  house: House,
): Promise<{ readonly code: number; readonly text: string }> {
  const child = Bun.spawn([...argv], {
    cwd: house.directory,
    env: supervisorEnvironment(house),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, text: out + err };
}

/** A supervisor's own output so far. */
export const outputOf = ({ directory }: House): string => readFileSync(join(directory, 'supervisor.log'), 'utf8');

/** `serve` and the flags of one engine as the configuration gives them. */
export function engineWords(house: House, engine: Engine): string[] {
  const flags = Object.entries(house.engineFlags(engine)).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { name, model, port, wish } = engine;
  const tcp = ['--host', '127.0.0.1', '--port', String(port)];
  const where = wish.listens === 'unix' ? ['--uds', join(house.directory, 'run', `${name}.sock`)] : tcp;
  return ['serve', model, ...where, ...flags];
}
