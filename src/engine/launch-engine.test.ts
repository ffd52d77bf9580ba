import { describe, expect, test } from 'bun:test';
import { launchEngine, type EngineHost } from './launch-engine.ts';
import type { Launch, ReplicaPlan } from './launch.ts';
import { planOf } from './plan.fixture.ts';

/** A disk with these files alone. */
function only(...paths: readonly string[]): (path: string) => boolean {
  return (path) => paths.includes(path);
}

const host: EngineHost = {
  env: { PATH: '/usr/bin', HOME: '/home/op', LANG: 'C.UTF-8' },
  stateDirectory: '/var/lib/ssw-infer',
  cacheDirectory: '/var/cache/ssw-infer',
  exists: only('/usr/bin/vllm'),
  selfCommand: ['/usr/bin/ssw-infer'],
};

/** The value behind a flag, and that it stands there once. */
function flag(argv: readonly string[], name: string): string | undefined {
  expect(argv.filter((word) => word === name).length).toBeLessThanOrEqual(1);
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
}

type Change = Parameters<typeof planOf>[0];
const launchOf = (change: Change, more: Partial<EngineHost> = {}) => launched(planOf(change), { ...host, ...more });

function launched(plan: ReplicaPlan, on: EngineHost): Launch {
  const launch = launchEngine(plan, on);
  if (launch === undefined) throw new Error(`${plan.engine.kind} is not launched`);
  return launch;
}

const argvOf = (change: Change) => launchOf(change).argv;
const envOf = (change: Change, more: Partial<EngineHost> = {}) => launchOf(change, more).env;

describe('the command line', () => {
  test('names the model, then all its names, the real one first because replies carry the first', () => {
    expect(argvOf({ pool: { aliases: ['gpt-4o', 'heavy'] } }).slice(0, 7)).toEqual([
      'vllm',
      'serve',
      'Qwen/Qwen2.5-14B-Instruct-AWQ',
      '--served-model-name',
      'Qwen/Qwen2.5-14B-Instruct-AWQ',
      'heavy',
      'gpt-4o',
    ]);
  });

  test('a model from a directory keeps its served name', () => {
    const argv = argvOf({ pool: { model: '/models/qwen', servedName: 'Qwen/Qwen2.5-14B' } });
    expect(argv[2]).toBe('/models/qwen');
    expect(flag(argv, '--served-model-name')).toBe('Qwen/Qwen2.5-14B');
  });

  test('listens on a unix socket or on the loopback port', () => {
    const unix = argvOf({});
    expect(flag(unix, '--uds')).toBe('/run/ssw-infer/heavy-0.sock');
    expect(unix).not.toContain('--port');
    const tcp = argvOf({ endpoint: { kind: 'tcp', host: '127.0.0.1', port: 18_001 } });
    expect([flag(tcp, '--host'), flag(tcp, '--port'), flag(tcp, '--uds')]).toEqual(['127.0.0.1', '18001', undefined]);
  });

  test("says what the pool and the replica say in the config's own keys", () => {
    const argv = argvOf({
      replica: { gpuMemoryUtilization: 0.52 },
      pool: { maxModelLen: 8192, revision: 'abc123', reasoningParser: 'qwen3', chatTemplateKwargs: { think: false } },
    });
    expect(flag(argv, '--gpu-memory-utilization')).toBe('0.52');
    expect(flag(argv, '--max-model-len')).toBe('8192');
    expect(flag(argv, '--revision')).toBe('abc123');
    expect(flag(argv, '--reasoning-parser')).toBe('qwen3');
    expect(flag(argv, '--default-chat-template-kwargs')).toBe('{"think":false}');
    expect(flag(argv, '--disable-access-log-for-endpoints')).toBe('/health,/metrics');
  });

  test('tool calls come with both flags or with none', () => {
    const both = argvOf({ pool: { toolCallParser: 'hermes' } });
    expect(flag(both, '--tool-call-parser')).toBe('hermes');
    expect(both).toContain('--enable-auto-tool-choice');
    expect(argvOf({}).filter((word) => word.includes('tool'))).toEqual([]);
  });

  test("a pool's arg beats a default of ours, and a replica's beats the pool's", () => {
    const argv = argvOf({
      replica: { gpuMemoryUtilization: 0.5, args: { 'max-num-seqs': 4 } },
      pool: { maxModelLen: 8192, args: { 'max-num-seqs': 16, 'max-model-len': -1 } },
    });
    expect(flag(argv, '--max-num-seqs')).toBe('4');
    expect(argv).toContain('--max-model-len=-1');
    expect(argv).not.toContain('--max-model-len');
  });

  test('where to listen is not for args to say', () => {
    const argv = argvOf({ replica: { args: { uds: '/tmp/other.sock' } } });
    expect(flag(argv, '--uds')).toBe('/run/ssw-infer/heavy-0.sock');
  });
});

const VENV = '/var/lib/ssw-infer/venv/bin/vllm';

describe('the program', () => {
  test("is the config's, else the installed venv's, else the one on PATH", () => {
    const exists = only('/opt/vllm', VENV, '/usr/bin/vllm');
    expect(launchOf({ engine: { executable: '/opt/vllm' } }, { exists }).argv[0]).toBe('/opt/vllm');
    expect(launchOf({}, { exists }).argv[0]).toBe(VENV);
    expect(launchOf({}).argv[0]).toBe('vllm');
  });

  test('finds the tools of its own venv first', () => {
    expect(envOf({}, { exists: only(VENV) })['PATH']).toBe('/var/lib/ssw-infer/venv/bin:/usr/bin');
    expect(envOf({})['PATH']).toBe('/usr/bin');
  });

  test("is each plan's own: a plan made before a reload is started again as it was", () => {
    const exists = only('/opt/old', '/opt/new');
    const before = planOf({ engine: { executable: '/opt/old', env: { BUILD: '1' } } });
    launchOf({ engine: { executable: '/opt/new' } }, { exists });
    const again = launched(before, { ...host, exists });
    expect([again.argv[0], again.env['BUILD']]).toEqual(['/opt/old', '1']);
  });

  test.each([
    ['on no PATH', {}, {}],
    [
      'not on the PATH that the config gives it',
      { env: { PATH: '/opt/bin:/opt/tools' } },
      { exists: only('/usr/bin/vllm') },
    ],
  ])('vLLM that is %s is not installed, and the message says what to do', (_, engine, more) => {
    expect(() => launchOf({ engine }, { exists: only(), ...more })).toThrow(
      'vllm is not installed: run scripts/install-vllm.sh, or set engine.executable',
    );
  });

  test.each(['/opt/vllm', 'vllm-nightly', './vllm'])('an executable that does not exist is named: %s', (executable) => {
    expect(() => launchOf({ engine: { executable } }, { exists: only('/usr/bin/vllm') })).toThrow(
      `engine.executable does not exist: ${executable}`,
    );
  });

  test('a bare name is found wherever the PATH of the child says', () => {
    const engine = { executable: 'vllm-nightly', env: { PATH: '/opt/a:/opt/b' } };
    expect(launchOf({ engine }, { exists: only('/opt/b/vllm-nightly') }).argv[0]).toBe('vllm-nightly');
  });
});

describe('the environment', () => {
  test('is whole and clean: secrets and notify sockets stay behind', () => {
    const own = {
      ...host.env,
      NOTIFY_SOCKET: '/run/systemd/notify',
      WATCHDOG_USEC: '1',
      CREDENTIALS_DIRECTORY: '/run/credentials',
      HF_TOKEN: 'hf_secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      VLLM_PORT: '5000',
      BUN_OPTIONS: '--inspect',
      HF_HOME: '/models/hf',
    };
    expect(envOf({}, { env: own })).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/op',
      LANG: 'C.UTF-8',
      HF_HOME: '/models/hf',
      PYTHONUNBUFFERED: '1',
      VLLM_NO_USAGE_STATS: '1',
      VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '75',
      VLLM_CACHE_ROOT: '/var/cache/ssw-infer/heavy-0/vllm',
      TORCHINDUCTOR_CACHE_DIR: '/var/cache/ssw-infer/heavy-0/torchinductor',
      TRITON_CACHE_DIR: '/var/cache/ssw-infer/heavy-0/triton',
      CUDA_CACHE_PATH: '/var/cache/ssw-infer/heavy-0/cuda',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: '0',
    });
  });

  test('finds models where the installer puts them, unless told where', () => {
    expect(envOf({})['HF_HOME']).toBe('/var/cache/ssw-infer/huggingface');
    expect(envOf({}, { env: { ...host.env, HF_HOME: '/models/hf' } })['HF_HOME']).toBe('/models/hf');
  });

  test("shows the replica's card alone, and none where the config names none", () => {
    expect(envOf({ replica: { gpu: 1 } })['CUDA_VISIBLE_DEVICES']).toBe('1');
    expect(envOf({ replica: { gpu: undefined } })['CUDA_VISIBLE_DEVICES']).toBe('');
  });

  test("takes the config's word over ours, but not on which card", () => {
    const env = envOf({
      engine: { env: { VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '5', OMP_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '7' } },
    });
    expect(env['VLLM_HTTP_TIMEOUT_KEEP_ALIVE']).toBe('5');
    expect(env['OMP_NUM_THREADS']).toBe('1');
    expect(env['CUDA_VISIBLE_DEVICES']).toBe('0');
  });
});

test('an engine that somebody else runs is not launched', () => {
  const engine = { kind: 'external' } as const;
  const plan = planOf({ engine, endpoint: { kind: 'tcp', host: 'gpu-2.lan', port: 8000 } });
  expect(launchEngine(plan, { ...host, exists: only() })).toBeUndefined();
});

test('the simulated engine is this program itself, told the same', () => {
  const pool = { args: { 'sim-speed': 5 } };
  const engine = { kind: 'sim', env: { SEED: '1' } } as const;
  const sim = launchOf({ pool, engine }, { selfCommand: ['bun', 'src/main.ts'], exists: only() });
  expect(sim.argv.slice(0, 4)).toEqual(['bun', 'src/main.ts', 'sim-engine', 'serve']);
  expect(sim.argv.slice(3)).toEqual(argvOf({ pool }).slice(1));
  expect(flag(sim.argv, '--sim-speed')).toBe('5');
  expect(sim.env).toMatchObject({ PATH: '/usr/bin', SEED: '1', CUDA_VISIBLE_DEVICES: '0' });
});
