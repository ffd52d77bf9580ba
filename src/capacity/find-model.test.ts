import { describe, expect, test } from 'bun:test';
import { findModel, type ModelFiles } from './find-model.ts';
import { oneReplica } from './subject.fixture.ts';

const HUB = '/cache/huggingface/hub';
const COMMIT = '539535859b135b0244c91f3e59816150c8056698';
const CONFIG = JSON.stringify({
  num_hidden_layers: 2,
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 32,
  vocab_size: 320,
});

/** A disk with these texts and nothing else; weights are files of the given sizes. */
function diskOf(
  texts: Readonly<Record<string, string>>,
  weights: Readonly<Record<string, readonly number[]>> = {},
): ModelFiles {
  return {
    readText: (path) => Promise.resolve(texts[path]),
    sizesOf: (directory, ending) => Promise.resolve(ending === '.safetensors' ? (weights[directory] ?? []) : []),
  };
}

function find(pool: object, files: ModelFiles) {
  const config = oneReplica(pool, 0.9).pools['one'];
  if (config === undefined) throw new Error('no pool');
  return findModel(config, { hub: HUB }, files);
}

const snapshot = (commit: string) => `${HUB}/models--some--model/snapshots/${commit}`;

describe('a model is looked for', () => {
  test('in its own directory, its size by its files', async () => {
    const disk = diskOf({ '/models/own/config.json': CONFIG }, { '/models/own': [100, 23] });
    const found = await find({ model: '/models/own' }, disk);
    expect(found).toMatchObject({ facts: { checkpointBytes: 123, source: { shape: 'directory', size: 'files' } } });
  });

  test('in the cache at the pinned revision, its size by the index, which is whole before the files are', async () => {
    const folder = snapshot(COMMIT);
    const index = JSON.stringify({ metadata: { total_size: 456 }, weight_map: {} });
    const disk = diskOf(
      { [`${folder}/config.json`]: CONFIG, [`${folder}/model.safetensors.index.json`]: index },
      { [folder]: [100] },
    );
    const found = await find({ revision: COMMIT }, disk);
    expect(found).toMatchObject({ facts: { checkpointBytes: 456, source: { shape: 'cache', size: 'index' } } });
  });

  test('where a branch leads; main where none is named', async () => {
    const disk = diskOf({
      [`${HUB}/models--some--model/refs/main`]: `${COMMIT}\n`,
      [`${snapshot(COMMIT)}/config.json`]: CONFIG,
    });
    expect(await find({}, disk)).toMatchObject({
      is: 'found',
      facts: { checkpointBytes: undefined, source: { size: 'arithmetic' } },
    });
    expect(await find({ revision: 'other' }, disk)).toMatchObject({ is: 'unknown' });
  });

  test('where --download-dir points instead of the cache', async () => {
    const disk = diskOf({ [`/elsewhere/models--some--model/snapshots/${COMMIT}/config.json`]: CONFIG });
    expect((await find({ revision: COMMIT, args: { 'download-dir': '/elsewhere' } }, disk)).is).toBe('found');
  });

  test('in a table of this program where it is one that is shipped and not fetched yet', async () => {
    const found = await find({ model: 'Qwen/Qwen3-8B-AWQ' }, diskOf({}));
    expect(found).toMatchObject({ is: 'found', facts: { source: { shape: 'built-in', size: 'arithmetic' } } });
  });

  test('and nowhere else: nothing is fetched', async () => {
    expect(await find({}, diskOf({}))).toEqual({ is: 'unknown', because: `its config.json is not in ${HUB}` });
    expect(await find({ model: '/models/none' }, diskOf({}))).toMatchObject({
      because: '/models/none has no config.json',
    });
  });

  test('a model that cannot be counted is told as such, a broken index is passed over', async () => {
    const folder = snapshot(COMMIT);
    expect(await find({ revision: COMMIT }, diskOf({ [`${folder}/config.json`]: '{}' }))).toMatchObject({
      is: 'unknown',
    });
    const broken = diskOf(
      { [`${folder}/config.json`]: CONFIG, [`${folder}/model.safetensors.index.json`]: '{' },
      { [folder]: [7] },
    );
    expect(await find({ revision: COMMIT }, broken)).toMatchObject({
      facts: { checkpointBytes: 7, source: { size: 'files' } },
    });
  });
});
