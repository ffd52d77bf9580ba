import { expect, test } from 'bun:test';
import { formatProblem, parseConfig, replicaDefinitions } from './index.ts';

const parse = (text: string) => parseConfig('/r.yaml', text, { env: {}, uid: 0 });

function problemsOf(text: string): string[] {
  const result = parse(text);
  return result.ok ? [] : result.problems.map(formatProblem);
}

const POOLS = 'pools: { heavy: { model: a } }\n';

test('a replica with a url is somebody else’s engine, whatever the others are', () => {
  const result = parse(`${POOLS}replicas: [{ name: a, pool: heavy }, { name: b, pool: heavy, url: 'http://h:1' }]\n`);
  const kinds = result.ok ? [...replicaDefinitions(result.config).values()].map((it) => it.engine.kind) : [];
  expect(kinds).toEqual(['vllm', 'external']);
});

test('it has no card and no port of ours', () => {
  const text = `${POOLS}replicas: [{ name: a, pool: heavy, url: 'http://h:1', gpu: 0, port: 9 }]\n`;
  expect(problemsOf(text)).toEqual([
    '/r.yaml:2:60: replicas[0].gpu: a has a url: somebody else runs its engine; remove gpu, or the url',
    '/r.yaml:2:69: replicas[0].port: a has a url: somebody else runs its engine; remove port, or the url',
  ]);
});

test('where all engines are external, all have a url', () => {
  expect(problemsOf(`${POOLS}engine: { kind: external }\nreplicas: [{ name: a, pool: heavy }]\n`).join()).toMatch(
    /replicas\[0\]: engine.kind is external, so a needs a url/,
  );
});

test.each(['https://h:1', 'http://u:p@h', 'http://h/v1', 'h:1'])('%s is no url of an engine', (url) => {
  expect(problemsOf(`${POOLS}replicas: [{ name: a, pool: heavy, url: '${url}' }]\n`).join()).toMatch(
    /a url is http:\/\/HOST:PORT, without a path or a password/,
  );
});

test.each(['http://h:99999', 'http://h:abc', 'http://[::1'])(
  '%s leads nowhere, and is refused with its line before anything is changed for it',
  (url) => {
    expect(problemsOf(`${POOLS}replicas: [{ name: a, pool: heavy, url: '${url}' }]\n`)).toEqual([
      '/r.yaml:2:41: replicas[0].url: a url is http://HOST:PORT; a port is at most 65535',
    ]);
  },
);

test.each(['http://h', 'http://h/', 'http://h:80', 'http://H'])('two replicas cannot be one engine: %s', (url) => {
  const one = (name: string, it: string) => `{ name: ${name}, pool: heavy, url: '${it}' }`;
  expect(problemsOf(`${POOLS}replicas: [${one('a', 'http://h')}, ${one('b', url)}]\n`).join()).toMatch(
    /duplicate url, also of replica "a"/,
  );
});

const withUrl = (url: string, gateway: string) =>
  problemsOf(`gateway: ${gateway}\n${POOLS}replicas: [{ name: a, pool: heavy, url: '${url}' }]\n`);

test.each([
  ['http://127.0.0.1:8000', '{}'],
  ['http://localhost:8000/', '{}'],
  ['http://LOCALHOST.:8000', '{}'],
  ['http://0.0.0.0:8000', '{}'],
  ['http://[::1]:8000', '{}'],
  ['http://2130706433:8000', '{}'],
  ['http://127.0.0.1', '{ port: 80 }'],
  ['http://127.0.0.9:8000', '{ host: 0.0.0.0 }'],
  ['http://localhost:8000', "{ host: '::' }"],
  ['http://Llm.example:9000', '{ host: llm.example, port: 9000 }'],
  ['http://[fd00::1]:8000', "{ host: 'fd00::1' }"],
])('bug: a url that is the gateway itself is refused with its line: %s, %s', (url, gateway) => {
  expect(withUrl(url, gateway)).toEqual([
    expect.stringMatching(
      /^\/r\.yaml:3:\d+: replicas\[0\]\.url: this is the gateway itself, at port \d+; name the engine/,
    ),
  ]);
});

test.each([
  ['http://127.0.0.1:8001', '{}'],
  ['http://127.0.0.2:8000', '{}'],
  ['http://10.0.0.7:8000', '{ host: 0.0.0.0 }'],
  ['http://127.0.0.1:8000', '{ host: 10.0.0.7 }'],
  ['http://localhost:8000', '{ port: 0 }'],
])('another server on the same host or port is none: %s, %s', (url, gateway) => {
  expect(withUrl(url, gateway)).toEqual([]);
});
