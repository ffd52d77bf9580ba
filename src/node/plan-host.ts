import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkCards,
  findModel,
  GIB,
  KNOWN_CARDS_GIB,
  MIB,
  planCards,
  SHIPPED_CARD,
  type CapacityPlan,
  type CardSize,
  type FoundModel,
  type ModelFiles,
} from '../capacity/index.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { createCardReader } from './card-reader.ts';

export { GIB, gibText, KNOWN_CARDS_GIB, overheadBytes, REQUEST_LENGTHS, SHIPPED_CARD } from '../capacity/index.ts';
export type { CapacityPlan, CardCapacity, ReplicaCapacity } from '../capacity/index.ts';

/** Plans the cards of this host, or as if each had `cardBytes`. A card that cannot be read is assumed to be the shipped config's. */
export async function planHost(config: Config, clock: Clock, cardBytes?: number): Promise<CapacityPlan> {
  const [read, models] = await Promise.all([
    cardBytes === undefined ? readCards(config, clock) : new Map<number, CardSize>(),
    findModels(config),
  ]);
  const otherwise: CardSize =
    cardBytes === undefined
      ? { totalBytes: (KNOWN_CARDS_GIB[SHIPPED_CARD] ?? 0) * GIB, from: 'assumed' }
      : { totalBytes: cardBytes, from: 'given' };
  return planCards(config, { cards: new Map(gpusOf(config).map((gpu) => [gpu, read.get(gpu) ?? otherwise])), models });
}

/**
 * What keeps a config from running on this host's cards for certain, a line for each. A card that cannot be read keeps nothing.
 * Rejects never.
 */
export async function checkHost(config: Config, clock: Clock): Promise<readonly string[]> {
  const [cards, models] = await Promise.all([readCards(config, clock), findModels(config)]);
  return checkCards(config, { cards, models }).map(
    ({ replica, gpu, message }) => `${replica} on card ${gpu}: ${message}`,
  );
}

function gpusOf({ replicas }: Config): number[] {
  return [...new Set(replicas.flatMap(({ gpu, url }) => (gpu === undefined || url !== undefined ? [] : [gpu])))];
}

async function readCards(config: Config, clock: Clock): Promise<Map<number, CardSize>> {
  const reader = createCardReader(config, clock);
  const readings = await Promise.all(gpusOf(config).map(async (gpu) => [gpu, await reader.read(gpu)] as const));
  return new Map(
    readings.flatMap(([gpu, reading]) =>
      reading.is === 'read' ? [[gpu, { totalBytes: reading.totalMiB * MIB, from: 'nvidia-smi' }] as const] : [],
    ),
  );
}

async function findModels(config: Config): Promise<Map<string, FoundModel>> {
  const places = { hub: hubOf(config) };
  const found = Object.entries(config.pools).map(
    async ([name, pool]) => [name, await findModel(pool, places, files)] as const,
  );
  return new Map(await Promise.all(found));
}

/** The `hub/` that the engines use: their own environment first (huggingface_hub/constants.py), else where models are installed. */
function hubOf({ engine, paths }: Config): string {
  const cache = engine.env['HF_HUB_CACHE'];
  const home = engine.env['HF_HOME'] ?? process.env['HF_HOME'] ?? join(paths.cache, 'huggingface');
  return cache ?? join(home, 'hub');
}

const files: ModelFiles = {
  readText: (path) =>
    Bun.file(path)
      .text()
      .catch(() => undefined),
  async sizesOf(directory, ending) {
    const names = await readdir(directory).catch(() => []);
    const sizes = names
      .filter((it) => it.endsWith(ending))
      .map((it) => stat(join(directory, it)).then(({ size }) => size));
    return Promise.all(sizes).catch(() => []); // a link into the cache whose file is still on its way
  },
};
