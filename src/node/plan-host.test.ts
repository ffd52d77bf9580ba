import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, type Config } from '../config/index.ts';
import { systemClock } from '../telemetry/index.ts';
import { checkHost, planHost } from './plan-host.ts';

const MODEL = {
  num_hidden_layers: 32,
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
};
const COMMIT = '0e9e39f249a16976918f6564b8830bc894c89659';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssw-plan-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Answers for every card as `nvidia-smi` does: 46068 MiB, of which the driver keeps 611. */
async function nvidiaSmi(body: string): Promise<string> {
  const file = join(folder, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}
const A40 = 'case "$*" in *query-gpu*) echo "$2, GPU-1, 46068, 0, 45457, 00000000:01:00.0" ;; esac';

async function config(smi: string, model: string, share: number): Promise<Config> {
  const text = JSON.stringify({
    pools: { one: { model, revision: COMMIT, max_model_len: 8192 } },
    replicas: [{ name: 'one-0', pool: 'one', gpu: 1, gpu_memory_utilization: share }],
    paths: { cache: join(folder, 'cache') },
    cards: { nvidia_smi: smi },
    engine: { env: { HF_HOME: join(folder, 'home') } },
  });
  const result = parseConfig(join(folder, 'replicas.yaml'), text, { env: { HOME: folder }, uid: 0 });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

async function fetched(): Promise<void> {
  const snapshot = join(folder, 'home/hub/models--some--model/snapshots', COMMIT);
  await mkdir(snapshot, { recursive: true });
  await writeFile(join(snapshot, 'config.json'), JSON.stringify(MODEL));
  const index = { metadata: { total_size: 16_060_522_496 }, weight_map: {} };
  await writeFile(join(snapshot, 'model.safetensors.index.json'), JSON.stringify(index));
}

describe('the plan of this host', () => {
  test('has its cards from nvidia-smi, without what the driver keeps, and its models from the engines’ own cache', async () => {
    await fetched();
    const { cards, problems } = await planHost(await config(await nvidiaSmi(A40), 'some/model', 0.9), systemClock);
    expect(problems).toEqual([]);
    expect(cards).toMatchObject([{ gpu: 1, from: 'nvidia-smi', totalBytes: 45_457 * 1024 ** 2 }]);
    expect(cards[0]?.replicas[0]).toMatchObject({
      verdict: 'fits',
      memory: { source: { shape: 'cache', size: 'index' } },
    });
  });

  test('has a directory of weights by its files', async () => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(MODEL));
    await writeFile(join(folder, 'model-00001-of-00001.safetensors'), new Uint8Array(1000));
    const { cards } = await planHost(await config(await nvidiaSmi(A40), folder, 0.9), systemClock);
    expect(cards[0]?.replicas[0]?.memory?.weightsBytes).toBe(1000 + 64 * 1024 ** 2);
  });

  test('assumes the card of the shipped config where none can be read, and says so; a size that is given counts before', async () => {
    await fetched();
    const blind = await config(await nvidiaSmi('exit 9'), 'some/model', 0.9);
    expect((await planHost(blind, systemClock)).cards).toMatchObject([{ from: 'assumed' }]);
    const given = await planHost(blind, systemClock, 80 * 1024 ** 3);
    expect(given.cards).toMatchObject([{ from: 'given', totalBytes: 80 * 1024 ** 3 }]);
  });
});

describe('a reload', () => {
  test('is refused where it cannot fit, with the reason', async () => {
    await fetched();
    const tooSmall = await config(await nvidiaSmi(A40), 'some/model', 0.3);
    const [problem, ...others] = await checkHost(tooSmall, systemClock);
    expect(others).toEqual([]);
    expect(problem).toStartWith('one-0 on card 1: of 13.32 GiB (0.3 of the card) the weights take 15.02 GiB');
  });

  test('is not refused for a card that cannot be read, or a model that is not here', async () => {
    expect(await checkHost(await config(await nvidiaSmi(A40), 'some/model', 0.3), systemClock)).toEqual([]);
    await fetched();
    expect(await checkHost(await config(await nvidiaSmi('exit 9'), 'some/model', 0.3), systemClock)).toEqual([]);
  });
});
