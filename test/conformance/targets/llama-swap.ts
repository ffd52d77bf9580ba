import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import type { Engine } from '../engine.ts';
import { engineWords, outputOf, spawnSupervisor } from './process.ts';
import type { House, Running, Target, Told } from './target.ts';

/** The least that `healthCheckTimeout` takes. */
const HEALTH_CHECK_TIMEOUT_LEAST_S = 15;

/** llama-swap (github.com/mostlygeek/llama-swap), by the path of its binary. */
export function llamaSwap(program: string): Target {
  return {
    name: 'llama-swap',
    lacks: {
      unix_socket: 'it reaches its engines over TCP only',
      pools: 'one process per model',
    },
    configured:
      'ttl 0, all models in one group with swap: false (they run side by side), hooks.on_startup.preload of all, checkEndpoint /health, cmdStop: TERM to the leader only, unloadTimeout above the engine’s own --shutdown-timeout',
    async version() {
      const child = Bun.spawn([program, '-version'], { stdout: 'pipe' });
      return `llama-swap ${/version: (.*), built/.exec(await child.stdout.text())?.[1] ?? 'unknown'}`;
    },
    async start(house) {
      await writeConfig(house);
      const argv = [program, '-config', configFile(house), '-listen', `127.0.0.1:${house.port}`];
      const child = spawnSupervisor(argv, house);
      return { ...child, url: urlOf(house), ...operations(house, child.pid) };
    },
  };
}

const configFile = ({ directory }: House) => join(directory, 'llama-swap.yaml');
const urlOf = ({ port }: House) => `http://127.0.0.1:${port}`;

function operations(house: House, pid: number): Omit<Running, 'pid' | 'exited' | 'isAlive' | 'url'> {
  const post = async (path: string) => {
    const response = await fetch(`${urlOf(house)}${path}`, { method: 'POST' });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const stop = ({ name }: Engine) => post(`/api/models/unload/${name}`);
  const reload = async (): Promise<'taken' | 'refused'> => {
    const told = outputOf(house).length;
    process.kill(pid, 'SIGHUP');
    const since = () => outputOf(house).slice(told);
    await until('the reload has ended', () => /configuration reloaded|failed to/.test(since()), 45_000);
    return since().includes('failed to') ? 'refused' : 'taken';
  };
  return {
    tell: (engine) => tell(house, engine),
    stop,
    async restart(engine) {
      await stop(engine);
      // Any request loads a model.
      const response = await fetch(`${urlOf(house)}/upstream/${engine.name}/health`);
      if (!response.ok) throw new Error(`load ${engine.name}: ${response.status} ${await response.text()}`);
    },
    async reload(next) {
      await writeConfig(next);
      return reload();
    },
    async reloadBroken() {
      await Bun.write(configFile(house), 'models: [this is, not\n');
      return reload();
    },
  };
}

async function writeConfig(house: House): Promise<void> {
  const { engines, policy } = house;
  const names = engines.map((it) => it.name);
  const drain = ['--shutdown-timeout', String(policy.drainS)];
  const model = (engine: Engine) => ({
    cmd: [house.engineCommand, ...engineWords(house, engine), ...drain].join(' '),
    // vLLM's core must not see a signal of its own; the default sends TERM to the whole group.
    cmdStop: 'kill -TERM ${PID}',
    proxy: `http://127.0.0.1:${engine.port}`,
    checkEndpoint: '/health',
    ttl: 0,
    concurrencyLimit: 1000,
    unloadTimeout: policy.drainS + policy.stopGraceS,
  });
  const config = {
    healthCheckTimeout: Math.max(HEALTH_CHECK_TIMEOUT_LEAST_S, policy.startLimitS),
    models: Object.fromEntries(engines.map((engine) => [engine.name, model(engine)])),
    groups: { all: { swap: false, exclusive: false, persistent: true, members: names } },
    hooks: { on_startup: { preload: names } },
  };
  await Bun.write(configFile(house), JSON.stringify(config));
}

async function tell(house: House, { name }: Engine): Promise<Told> {
  try {
    const text = await (await fetch(`${urlOf(house)}/running`)).text();
    const { running } = JSON.parse(text) as { running: { model: string; state: string }[] };
    const state = running.find((it) => it.model === name)?.state;
    return { state: stateOf(state), text: state ?? 'not running' };
  } catch (cause) {
    return { state: 'unknown', text: String(cause) };
  }
}

function stateOf(state: string | undefined): Told['state'] {
  if (state === 'ready') return 'ready';
  return state === undefined || state === 'stopped' ? 'stopped' : 'coming';
}
