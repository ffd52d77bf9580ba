import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import type { Engine } from '../engine.ts';
import { spawnSupervisor } from './process.ts';
import type { House, Running, Target, Told } from './target.ts';

const RESTART_DELAY_S = 1;

/** llamactl (github.com/lordmathis/llamactl), by the path of its binary. */
export function llamactl(program: string): Target {
  return {
    name: 'llamactl',
    lacks: {
      reload: 'its instances are changed through its API, one at a time; its file is read at start only',
      unix_socket: 'it reaches its engines over TCP only',
      pools: 'one process per instance',
    },
    configured:
      'backend vllm, auto_restart true, max_restarts from the policy, restart_delay 1 s (default 5), on_demand_start true except where an engine is to be given up, idle_timeout 0, no authentication',
    async version() {
      const child = Bun.spawn([program, '--version'], { stdout: 'pipe' });
      return `llamactl ${/version: (.*)/.exec(await child.stdout.text())?.[1] ?? 'unknown'}`;
    },
    async start(house) {
      await Bun.write(configFile(house), JSON.stringify(config(house)));
      const env = { ...house.env, LLAMACTL_CONFIG_PATH: configFile(house) };
      const child = spawnSupervisor([program], { ...house, env });
      await until('llamactl listens', () =>
        fetch(api(house)).then(
          (it) => it.ok,
          () => false,
        ),
      );
      await createInstances(house);
      return { ...child, url: urlOf(house), ...operations(house) };
    },
  };
}

const configFile = ({ directory }: House) => join(directory, 'llamactl.yaml');
const urlOf = ({ port }: House) => `http://127.0.0.1:${port}`;
const api = (house: House, path = '') => `${urlOf(house)}/api/v1/instances${path}`;

async function post(house: House, path: string, body: unknown = {}): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(api(house, path), init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

function operations(house: House): Omit<Running, 'pid' | 'exited' | 'isAlive' | 'url'> {
  const noReload = () => Promise.reject(new Error('llamactl has no reload'));
  return {
    tell: (engine) => tell(house, engine),
    stop: ({ name }) => post(house, `/${name}/stop`),
    restart: ({ name }) => post(house, `/${name}/restart`),
    reload: noReload,
    reloadBroken: noReload,
  };
}

function config(house: House) {
  return {
    server: { host: '127.0.0.1', port: house.port },
    data_dir: join(house.directory, 'data'),
    backends: { vllm: { command: house.engineCommand, args: ['serve'] } },
    instances: { port_range: [20_000, 60_999], on_demand_start_timeout: house.policy.startLimitS },
    auth: { require_inference_auth: false, require_management_auth: false },
  };
}

/** Those that it does not remember from an earlier life; what it remembers it starts itself. */
async function createInstances(house: House): Promise<void> {
  const known = await (await fetch(api(house))).text();
  for (const engine of house.engines) {
    if (known.includes(`"name":"${engine.name}"`)) continue;
    await post(house, `/${engine.name}`, instance(house, engine));
    await post(house, `/${engine.name}/start`);
  }
}

function instance(house: House, engine: Engine) {
  const flags = house.engineFlags(engine);
  return {
    backend_type: 'vllm',
    backend_options: {
      model: engine.model,
      host: '127.0.0.1',
      port: engine.port,
      ...Object.fromEntries(Object.entries(flags).map(([name, value]) => [name.replaceAll('-', '_'), value])),
    },
    auto_restart: true,
    max_restarts: house.policy.restartsMax,
    restart_delay: RESTART_DELAY_S,
    on_demand_start: house.policy.requestsStart,
    idle_timeout: 0,
  };
}

async function tell(house: House, { name }: Engine): Promise<Told> {
  try {
    const text = await (await fetch(api(house, `/${name}`))).text();
    const { status } = JSON.parse(text) as { status: string };
    return { state: stateOf(status), text: status };
  } catch (cause) {
    return { state: 'unknown', text: String(cause) };
  }
}

function stateOf(status: string): Told['state'] {
  if (status === 'running') return 'ready';
  if (status === 'failed' || status === 'stopped') return status;
  return 'coming';
}
