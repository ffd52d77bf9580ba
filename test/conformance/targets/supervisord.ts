import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { engineWords, runCommand, spawnSupervisor, tryCommand } from './process.ts';
import type { House, Target, Told } from './target.ts';

const VERSION = '4.3.0';
const INSTALL_TRIES = 3;
/** Above what a start takes that fails: one that ends earlier counts as a failed start, a later one is retried for ever. */
const START_SECONDS_LEAST = 3;

/** supervisord of PyPI, the floor: what a host has that has nothing made for engines. */
export const supervisord: Target = {
  name: 'supervisord',
  lacks: { gateway: 'it has no gateway', pools: 'it has no gateway' },
  configured:
    'autorestart=true, startretries from the policy, startsecs longer than a failing start takes, TERM to the leader only (stopasgroup=false), KILL to the group (killasgroup=true), stopwaitsecs above the engine’s own --shutdown-timeout',
  version: () => Promise.resolve(`supervisord ${VERSION}`),
  async start(house) {
    const venv = await installed();
    await writeConfig(house);
    const child = spawnSupervisor([join(venv, 'bin/supervisord'), '-n', '-c', configFile(house)], house);
    const ctl = (...words: string[]) => [join(venv, 'bin/supervisorctl'), '-c', configFile(house), ...words];
    const update = async (): Promise<'taken' | 'refused'> => {
      const { code, text } = await tryCommand(ctl('update'), house);
      return code === 0 && !/error/i.test(text) ? 'taken' : 'refused';
    };
    return {
      ...child,
      url: undefined,
      tell: (engine) => tell(house, engine),
      restart: async ({ name }) => void (await runCommand(ctl('restart', name), house)),
      stop: async ({ name }) => void (await runCommand(ctl('stop', name), house)),
      async reload(next) {
        await writeConfig(next);
        return update();
      },
      async reloadBroken() {
        await Bun.write(configFile(house), '[program:this is not\n');
        return update();
      },
    };
  },
};

const configFile = ({ directory }: House) => join(directory, 'supervisord.conf');
const socketFile = ({ directory }: House) => join(directory, 'run/supervisor.sock');

async function writeConfig(house: House): Promise<void> {
  const socket = socketFile(house);
  const head = `[unix_http_server]
file=${socket}
[supervisord]
directory=${house.directory}
logfile=${house.directory}/supervisord.log
pidfile=${house.directory}/supervisord.pid
childlogdir=${house.directory}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${socket}
`;
  await Bun.write(configFile(house), head + house.engines.map((engine) => program(house, engine)).join(''));
}

function program(house: House, engine: Engine): string {
  const { policy } = house;
  const command = [house.engineCommand, ...engineWords(house, engine), '--shutdown-timeout', String(policy.drainS)];
  return `[program:${engine.name}]
command=${command.join(' ')}
autostart=true
autorestart=true
startsecs=${Math.max(START_SECONDS_LEAST, policy.healthyAfterS)}
startretries=${policy.restartsMax}
stopwaitsecs=${policy.drainS + policy.stopGraceS}
stopasgroup=false
killasgroup=true
redirect_stderr=true
`;
}

/** Asks by XML-RPC what `supervisorctl status` shows, without a Python for each question. */
async function tell(house: House, { name }: Engine): Promise<Told> {
  const body = `<?xml version="1.0"?><methodCall><methodName>supervisor.getProcessInfo</methodName><params><param><value><string>${name}</string></value></param></params></methodCall>`;
  try {
    const init = { unix: socketFile(house), method: 'POST', headers: { 'content-type': 'text/xml' }, body };
    const text = await (await fetch('http://supervisor/RPC2', init)).text();
    const state = /<name>statename<\/name>\s*<value><string>(\w+)/.exec(text)?.[1];
    return {
      state: stateOf(state),
      text: `${state} ${/<name>spawnerr<\/name>[\s\S]*?<string>(.*?)</.exec(text)?.[1]} ${/<name>description<\/name>[\s\S]*?<string>(.*?)</.exec(text)?.[1]}`,
    };
  } catch (cause) {
    return { state: 'unknown', text: String(cause) };
  }
}

function stateOf(state: string | undefined): Told['state'] {
  if (state === 'RUNNING') return 'ready';
  if (state === 'FATAL') return 'failed';
  if (state === 'STOPPED' || state === 'EXITED') return 'stopped';
  return state === undefined ? 'unknown' : 'coming';
}

let installing: Promise<string> | undefined;

/** Its virtual environment in the user's cache, made on first use. */
async function installed(): Promise<string> {
  installing ??= install();
  return installing;
}

async function install(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const venv = join(cache, 'ssw-infer/conformance', `supervisor-${VERSION}`);
  if (existsSync(join(venv, 'bin/supervisord'))) return venv;
  await run('python3', '-m', 'venv', venv);
  const requirements = join(import.meta.dir, '../fixtures/supervisord.txt');
  for (let tried = 1; ; tried += 1) {
    try {
      await run(join(venv, 'bin/pip'), 'install', '--quiet', '--no-deps', '--require-hashes', '-r', requirements);
      return venv;
    } catch (cause) {
      if (tried === INSTALL_TRIES) throw new Error('supervisord cannot be installed from PyPI', { cause });
      await Bun.sleep(2000 * tried);
    }
  }
}

async function run(...argv: string[]): Promise<void> {
  const child = Bun.spawn(argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [code, err] = await Promise.all([child.exited, child.stderr.text()]);
  if (code !== 0) throw new Error(`${argv.join(' ')} exited ${code}: ${err}`);
}
