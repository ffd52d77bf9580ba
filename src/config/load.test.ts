import { describe, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem, locateControlSocket, parseConfig, type Config } from './index.ts';

const context = { env: { HOME: '/home/ada' }, uid: 1000 };
const valid = `
pools:
  heavy: { model: a/heavy }
replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.5 }
`;

function problemsOf(text: string): string[] {
  const result = parseConfig('r.yaml', text, context);
  return result.ok ? [] : result.problems.map(formatProblem);
}

function load(text: string): Config {
  const result = parseConfig('r.yaml', text, context);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.config;
}

describe('a valid file', () => {
  test('gets every default, durations in milliseconds', () => {
    const config = load(valid);
    expect(config.gateway).toMatchObject({ host: '127.0.0.1', port: 8000, slowClientTimeoutMs: 30_000 });
    expect(config.redis).toEqual({ kind: 'managed', executable: 'redis-server' });
    expect(config.restart.stopGraceMs).toBe(10_000);
    expect(config.pools['heavy']).toMatchObject({ servedName: 'a/heavy', toolCallParser: 'hermes', aliases: [] });
  });

  test('keeps its data under the XDG directories of an ordinary user', () => {
    expect(load(valid).paths).toEqual({
      state: '/home/ada/.local/state/ssw-infer',
      cache: '/home/ada/.cache/ssw-infer',
      runtime: '/tmp/ssw-infer-1000/ssw-infer',
      controlSocket: '/tmp/ssw-infer-1000/ssw-infer/ctl.sock',
      keysFile: '/home/ada/.local/state/ssw-infer/keys.json',
    });
  });

  test("keeps its data where systemd's unit says", () => {
    const env = { STATE_DIRECTORY: '/var/lib/s', CACHE_DIRECTORY: '/var/cache/s', RUNTIME_DIRECTORY: '/run/s' };
    const result = parseConfig('r.yaml', valid, { env, uid: 0 });
    expect(result.ok && result.config.paths).toMatchObject({ state: '/var/lib/s', controlSocket: '/run/s/ctl.sock' });
  });

  test('may give directories relative to itself', () => {
    const result = parseConfig('/etc/s/r.yaml', `${valid}paths: { runtime: run }\n`, context);
    expect(result.ok && result.config.paths).toMatchObject({
      runtime: '/etc/s/run',
      controlSocket: '/etc/s/run/ctl.sock',
      keysFile: expect.stringContaining('keys.json'),
    });
  });

  test('may name its directories in the executable, the environment and the model', () => {
    const config = load(`
paths: { state: /s, cache: /c, runtime: /r }
pools: { tiny: { model: '\${cache}/tiny', served_name: tiny-model } }
replicas: [{ name: a, pool: tiny }]
engine: { executable: '\${state}/venv/bin/vllm', env: { HF_HOME: '\${cache}/hf' } }
`);
    expect(config.pools['tiny']?.model).toBe('/c/tiny');
    expect(config.engine).toMatchObject({ executable: '/s/venv/bin/vllm', env: { HF_HOME: '/c/hf' } });
  });
});

describe('a bad file is told with line and column', () => {
  test('bug: one mistake in YAML was told as dozens', () => {
    const broken = `${valid}tenants: [\n${'  } a: b: [\n'.repeat(40)}`;
    expect(problemsOf(broken).length).toBeWithin(1, 6);
  });

  test.each([
    ['a syntax error', 'pools: [', /^r\.yaml:1:9: /],
    ['a key twice', `${valid}pools: {}\n`, /^r\.yaml:6:1: .*unique/],
    ['an unknown key', `${valid}quue: {}\n`, /^r\.yaml:6:1: quue: unknown key/],
    ['an unknown key inside', valid.replace('gpu: 0', 'card: 0'), /^r\.yaml:5:35: replicas\[0\]\.card: unknown key/],
    ['a wrong type', valid.replace('gpu: 0', 'gpu: zero'), /^r\.yaml:5:40: replicas\[0\]\.gpu: .*number/],
    [
      'a card below 0',
      valid.replace('gpu: 0', 'gpu: -1'),
      /^r\.yaml:5:40: replicas\[0\]\.gpu: a card number is 0 or more/,
    ],
    ['a missing key', valid.replace('{ model: a/heavy }', '{}'), /^r\.yaml:3:10: pools\.heavy\.model: /],
    [
      'an unknown pool',
      valid.replace('pool: heavy', 'pool: huge'),
      /replicas\[0\]\.pool: unknown pool "huge"; pools are: heavy/,
    ],
    [
      'a duplicate name',
      `${valid}  - { name: heavy-0, pool: heavy }\n`,
      /^r\.yaml:6:13: .*duplicate replica name "heavy-0"/,
    ],
    ['a bad redis', `${valid}redis: { url: 'http://x' }\n`, /^r\.yaml:6:15: redis\.url: .*redis\.url starts with/],
    ['bug: an alias without its anchor', 'pools: *nope\n', /^r\.yaml:1:1: .*nope/],
    [
      'bug: a name whose socket is the node’s own',
      valid.replace('name: heavy-0', 'name: redis'),
      /replicas\[0\]\.name: "redis" is the name of a socket/,
    ],
    [
      'bug: an alias that would be a flag',
      valid.replace('a/heavy }', 'a/heavy, aliases: [--host] }'),
      /aliases\[0\]: a model name has no spaces/,
    ],
    ['an empty file', '', /^r\.yaml:1:1: pools: /],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected);
  });

  test('a port used twice, and the gateway’s own', () => {
    const ports = `${valid}  - { name: b, pool: heavy, port: 9000 }\n  - { name: c, pool: heavy, port: 9000 }\n  - { name: d, pool: heavy, port: 8000 }\n`;
    expect(problemsOf(ports)).toEqual([
      'r.yaml:7:35: replicas[2].port: duplicate port 9000, also of replica "b"',
      "r.yaml:8:35: replicas[3].port: port 8000 is the gateway's own",
    ]);
  });

  test('two replicas of one card that do not fit together', () => {
    const text = `${valid}  - { name: heavy-1, pool: heavy, gpu: 0, gpu_memory_utilization: 0.43 }\n`;
    expect(problemsOf(text)).toEqual([
      'r.yaml:6:67: replicas[1].gpu_memory_utilization: replicas of card 0 take 0.93 of its memory together, more than 0.92; lower one',
    ]);
    expect(problemsOf(text.replace('0.43', '0.42'))).toEqual([]);
    expect(problemsOf(text.replace('heavy-1, pool: heavy, gpu: 0', 'heavy-1, pool: heavy, gpu: 1'))).toEqual([]);
  });

  test('a name that would lead to two pools', () => {
    const text = valid.replace('{ model: a/heavy }', '{ model: a/heavy, aliases: [light] }\n  light: { model: b }');
    expect(problemsOf(`${text}  - { name: l, pool: light }\n`)).toEqual([
      'r.yaml:3:38: pools.heavy.aliases[0]: "light" already names light',
    ]);
  });

  test('a flag that the program sets itself', () => {
    expect(problemsOf(valid.replace('{ model: a/heavy }', '{ model: a/heavy, args: { api-key: k } }')).join()).toMatch(
      /^r\.yaml:3:45: pools\.heavy\.args\.api-key: --api-key is not for args/,
    );
  });

  test('bug: a replica that leaves its share out counts as the whole card, as vLLM takes it', () => {
    const text = valid
      .replace(', gpu_memory_utilization: 0.5', '')
      .concat('  - { name: b, pool: heavy, gpu: 0, gpu_memory_utilization: 0.1 }\n');
    expect(problemsOf(text).join()).toContain('take 1.02 of its memory together');
  });

  test('bug: a share given as a flag would go around the check', () => {
    expect(problemsOf(valid.replace('gpu: 0', 'gpu: 0, args: { gpu-memory-utilization: 0.9 }')).join()).toContain(
      'use the replica key gpu_memory_utilization',
    );
  });

  test('an executable for simulated engines', () => {
    expect(problemsOf(`${valid}engine: { kind: sim, executable: /opt/vllm }\n`)).toEqual([
      'r.yaml:6:34: engine.executable: simulated engines are this program itself; remove the key',
    ]);
  });

  test('a socket whose path the kernel would refuse', () => {
    const problems = problemsOf(`${valid}paths: { runtime: /${'x'.repeat(100)} }\n`);
    expect(problems.join()).toMatch(/replicas\[0\]\.name: the socket \/x+\/heavy-0\.sock has more than 107 bytes/);
  });

  test('every problem at once, in the order of the file', () => {
    const text = valid.replace('gpu: 0', 'gpu: -1').replace('a/heavy }', 'a/heavy, max_model_len: 0 }');
    expect(problemsOf(text).map((it) => it.split(':')[1])).toEqual(['3', '5']);
  });
});

describe('the control socket of a file', () => {
  test.each([
    ['that is right', `${valid}paths: { runtime: /r }\n`, '/r/ctl.sock'],
    ['that is wrong elsewhere', 'pools: 3\ncontrol: { socket: /x/y.sock }\n', '/x/y.sock'],
    [
      'that is no YAML elsewhere (bug: its node was looked for in the default place)',
      `${valid}paths: { runtime: /r }\nx: [`,
      '/r/ctl.sock',
    ],
    ['that is no YAML', 'pools: [', '/tmp/ssw-infer-1000/ssw-infer/ctl.sock'],
    ['with an alias of nothing', 'pools: *none', '/tmp/ssw-infer-1000/ssw-infer/ctl.sock'],
  ])('%s', async (_, text, expected) => {
    const file = join(tmpdir(), `${crypto.randomUUID()}.yaml`);
    await Bun.write(file, text);
    expect(await locateControlSocket(file, context).finally(() => rmSync(file))).toBe(expected);
  });

  test('that is missing', async () => {
    expect(await locateControlSocket('/no/such/file', context)).toBe('/tmp/ssw-infer-1000/ssw-infer/ctl.sock');
  });
});
