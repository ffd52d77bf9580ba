import { join } from 'node:path';
import type { NodeReport } from '../../../src/control/index.ts';
import { BINARY } from '../../support/node.ts';
import type { Engine } from '../engine.ts';
import { runCommand, spawnSupervisor, tryCommand } from './process.ts';
import type { House, Running, Target, Told } from './target.ts';

/** `ssw-infer serve`, the binary that the suite is run with. */
export const ours: Target = {
  name: 'ssw-infer',
  lacks: { stop: 'drain keeps the process; an engine goes for good by a reload without it' },
  configured:
    'engine.executable is the engine; probes every 0.1 s, stall_after 2 s, idle probe 2 s; backoff from 0.5 s, restarts and time limits from the policy',
  version: async () => {
    const child = Bun.spawn([BINARY, 'version'], { stdout: 'pipe' });
    return (await child.stdout.text()).split('\n')[0] ?? '';
  },
  async start(house) {
    await writeConfig(house);
    const child = spawnSupervisor([binary(house), 'serve', '--config', configFile(house)], house);
    return { ...child, url: `http://127.0.0.1:${house.port}`, ...operations(house) };
  },
};

const binary = ({ directory }: House) => join(directory, 'bin/ssw-infer');
const configFile = ({ directory }: House) => join(directory, 'replicas.yaml');
const command = (house: House, ...words: string[]) => [binary(house), ...words, '--config', configFile(house)];

function operations(house: House): Pick<Running, 'tell' | 'restart' | 'stop' | 'reload' | 'reloadBroken'> {
  const reload = async (): Promise<'taken' | 'refused'> => {
    const { code } = await tryCommand(command(house, 'reload', '--wait'), house);
    return code === 0 ? 'taken' : 'refused';
  };
  return {
    tell: (engine) => tell(house, engine),
    restart: async ({ name }) => void (await runCommand(command(house, 'restart', name), house)),
    stop: () => Promise.reject(new Error('ssw-infer stops an engine by a reload without it')),
    async reload(next) {
      await writeConfig(next);
      return reload();
    },
    async reloadBroken() {
      await Bun.write(configFile(house), 'pools: [this is, not\n');
      return reload();
    },
  };
}

async function tell({ directory }: House, engine: Engine): Promise<Told> {
  try {
    const socket = join(directory, 'run/ctl.sock');
    const report = (await (await fetch('http://node/v1/status', { unix: socket })).json()) as NodeReport;
    const replica = report.replicas.find((it) => it.name === engine.name);
    return { state: stateOf(replica?.state), text: JSON.stringify(replica) };
  } catch (cause) {
    return { state: 'unknown', text: String(cause) };
  }
}

function stateOf(state: string | undefined): Told['state'] {
  if (state === 'ready' || state === 'stopped' || state === 'failed') return state;
  return state === undefined ? 'unknown' : 'coming';
}

async function writeConfig(house: House): Promise<void> {
  const { directory, policy, engines } = house;
  const models = new Set(engines.map((it) => it.model));
  const config = {
    gateway: { port: house.port },
    engine: { kind: 'vllm', executable: house.engineCommand },
    eval: { smoke: false }, // what stands in for an engine there has nothing to say
    pools: Object.fromEntries([...models].map((model) => [model, { model: `sim/${model}`, tool_call_parser: false }])),
    replicas: engines.map((engine) => replicaSection(house, engine)),
    cards: { nvidia_smi: join(directory, 'bin/nvidia-smi'), wait_s: policy.startLimitS },
    health: { interval_s: 0.1, timeout_s: 2, dead_after_s: 3, stall_after_s: 2, idle_probe_s: 2 },
    restart: {
      max_restarts: policy.restartsMax,
      backoff_initial_s: 0.5,
      healthy_after_s: policy.healthyAfterS,
      drain_timeout_s: policy.drainS,
      stop_grace_s: policy.stopGraceS,
      phase_timeout_s: Object.fromEntries(PHASES.map((phase) => [phase, policy.startLimitS])),
    },
    paths: { state: join(directory, 'state'), runtime: join(directory, 'run'), cache: join(directory, 'cache') },
  };
  await Bun.write(configFile(house), JSON.stringify(config));
}

const PHASES = [
  'spawned',
  'configuring',
  'downloading',
  'loading',
  'compiling',
  'kv_cache',
  'capturing',
  'listening',
  'warming',
] as const;

function replicaSection(house: House, engine: Engine) {
  const { name, model, port, wish } = engine;
  const { 'gpu-memory-utilization': fraction, ...args } = house.engineFlags(engine);
  return {
    name,
    pool: model,
    args,
    ...(wish.listens === 'unix' ? {} : { port }),
    ...(wish.gpu === undefined ? {} : { gpu: wish.gpu }),
    ...(fraction === undefined ? {} : { gpu_memory_utilization: fraction }),
  };
}
