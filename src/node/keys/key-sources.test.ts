import { expect, test } from 'bun:test';
import { parseConfig } from '../../config/index.ts';
import { keySources } from './key-sources.ts';

const sources = (gateway: string, credentials?: string) => {
  const text = `gateway: ${gateway}\npools: { a: { model: m } }\nreplicas: [{ name: a-0, pool: a }]\npaths: { state: /s }\n`;
  const loaded = parseConfig('/r.yaml', text, { env: {}, uid: 0 });
  if (!loaded.ok) throw new Error('the test has a bad config');
  return keySources(loaded.config, credentials);
};

test('keys are with the state where there are any, and where the config says they are', () => {
  expect(sources('{}')).toEqual([{ file: '/s/keys.json', isRequired: false }]);
  expect(sources('{ keys_file: /k.json }')).toEqual([{ file: '/k.json', isRequired: true }]);
});

test('a credential is where systemd puts it', () => {
  const own = { file: '/s/keys.json', isRequired: false };
  expect(sources('{ keys_credential: keys }', '/run/credentials/x.service')).toEqual([
    { file: '/run/credentials/x.service/keys', isRequired: true },
    own,
  ]);
  expect(sources('{ keys_credential: keys }')[0]?.file).toBe('/run/credentials/ssw-infer.service/keys');
});
