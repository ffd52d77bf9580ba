import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { engineWords, spawnSupervisor } from './process.ts';
import type { House, Running, Target, Told } from './target.ts';

/** One threshold serves a slow start and a hang: together with the delay it bears a start of ten seconds. */
const PROBE = { initial_delay_seconds: 6, period_seconds: 1, timeout_seconds: 2, failure_threshold: 5 } as const;

/** process-compose (github.com/F1bonacc1/process-compose), by the path of its binary. */
export function processCompose(program: string): Target {
  return {
    name: 'process-compose',
    lacks: { gateway: 'it has no gateway', pools: 'it has no gateway' },
    configured:
      'restart: always, backoff_seconds 1, max_restarts from the policy, a readiness probe that asks for one token every second (it restarts after five failures), engines of one card after each other (depends_on: process_healthy), TERM to the leader only (shutdown.parent_only), timeout above the engine’s own --shutdown-timeout',
    async version() {
      const child = Bun.spawn([program, 'version', '--short'], { stdout: 'pipe', stderr: 'ignore' });
      return `process-compose ${(await child.stdout.text()).trim()}`;
    },
    async start(house) {
      await writeConfig(house);
      const listens = ['--port', String(house.port), '--address', '127.0.0.1'];
      const quiet = ['--tui=false', '--keep-project', '--disable-dotenv', '--log-file', `${house.directory}/pc.log`];
      const child = spawnSupervisor([program, ...listens, ...quiet, '-f', configFile(house), 'up'], house);
      return { ...child, url: undefined, ...operations(house) };
    },
  };
}

const configFile = ({ directory }: House) => join(directory, 'process-compose.yaml');
const api = ({ port }: House, path: string) => `http://127.0.0.1:${port}${path}`;

function operations(house: House): Omit<Running, 'pid' | 'exited' | 'isAlive' | 'url'> {
  const call = async (method: string, path: string) => {
    const response = await fetch(api(house, path), { method });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const reload = async (): Promise<'taken' | 'refused'> => {
    const response = await fetch(api(house, '/project/configuration'), { method: 'POST' });
    return response.status === 200 ? 'taken' : 'refused';
  };
  return {
    tell: (engine) => tell(house, engine),
    stop: ({ name }) => call('PATCH', `/process/stop/${name}`),
    restart: ({ name }) => call('POST', `/process/restart/${name}`),
    async reload(next) {
      await writeConfig(next);
      return reload();
    },
    async reloadBroken() {
      await Bun.write(configFile(house), 'processes: [this is, not\n');
      return reload();
    },
  };
}

async function writeConfig(house: House): Promise<void> {
  const processes = Object.fromEntries(house.engines.map((engine) => [engine.name, entry(house, engine)]));
  await Bun.write(configFile(house), JSON.stringify({ version: '0.5', processes }));
}

function entry(house: House, engine: Engine) {
  const { policy } = house;
  const words = [house.engineCommand, ...engineWords(house, engine), '--shutdown-timeout', String(policy.drainS)];
  return {
    // The shell that it starts everything with makes room for the engine.
    command: `exec ${words.join(' ')}`,
    readiness_probe: { exec: { command: probe(engine, where(house, engine)) }, ...PROBE },
    availability: { restart: 'always', backoff_seconds: 1, max_restarts: policy.restartsMax },
    depends_on: Object.fromEntries(before(house, engine).map((it) => [it.name, { condition: 'process_healthy' }])),
    shutdown: { signal: 15, timeout_seconds: policy.drainS + policy.stopGraceS, parent_only: true },
  };
}

/** The engines of its card that stand before it: it starts when they are healthy. */
function before({ engines }: House, { name, wish }: Engine): readonly Engine[] {
  const earlier = engines.slice(
    0,
    engines.findIndex((it) => it.name === name),
  );
  return wish.gpu === undefined ? [] : earlier.filter((it) => it.wish.gpu === wish.gpu);
}

const where = ({ directory }: House, { name, port, wish }: Engine): string =>
  wish.listens === 'unix'
    ? `--unix-socket ${join(directory, 'run', `${name}.sock`)} http://engine`
    : `http://127.0.0.1:${port}`;

const probe = ({ model }: Engine, url: string): string =>
  `curl -fsS -o /dev/null -m 2 -H 'content-type: application/json' -d '{"model":"${model}","prompt":"hello","max_tokens":1}' ${url}/v1/completions`;

async function tell(house: House, { name }: Engine): Promise<Told> {
  try {
    const text = await (await fetch(api(house, `/process/${name}`))).text();
    const { status, is_ready: health } = JSON.parse(text) as { status: string; is_ready: string };
    return { state: stateOf(status, health), text: `${status}, ${health}` };
  } catch (cause) {
    return { state: 'unknown', text: String(cause) };
  }
}

function stateOf(status: string, health: string): Told['state'] {
  if (status === 'Running') return health === 'Ready' ? 'ready' : 'coming';
  if (status === 'Completed') return 'stopped';
  return status === 'Error' ? 'failed' : 'coming';
}
