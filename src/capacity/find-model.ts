import { join } from 'node:path';
import { z } from 'zod';
import type { PoolConfig } from '../config/index.ts';
import { KNOWN_MODELS } from './known-models.ts';
import type { FoundModel, ModelFacts } from './model-facts.ts';
import { parseModelConfig } from './model-shape.ts';

/** The files of models, as this room may look at them. Neither rejects. */
export interface ModelFiles {
  /** Text of a file; `undefined` where it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Bytes of each file of a directory whose name ends so; empty where there is none. */
  sizesOf(directory: string, ending: string): Promise<readonly number[]>;
}

/** Where models are kept that are named by their id: the `hub/` of Hugging Face's cache. */
export interface ModelPlaces {
  readonly hub: string;
}

/**
 * Finds shape and size of a pool's model as vLLM would find the model: in its directory, else in the cache at the pinned
 * revision, else in the table of the models that are shipped. Never fetches. Rejects never.
 */
export async function findModel(pool: PoolConfig, { hub }: ModelPlaces, files: ModelFiles): Promise<FoundModel> {
  const isDirectory = pool.model.startsWith('/') || pool.model.startsWith('.');
  const directory = isDirectory ? pool.model : await snapshotOf(pool, downloadsOf(pool) ?? hub, files);
  const config = directory === undefined ? undefined : await files.readText(join(directory, 'config.json'));
  if (directory !== undefined && config !== undefined) return read(config, directory, isDirectory, files);
  const shape = KNOWN_MODELS[pool.model];
  if (shape !== undefined)
    return {
      is: 'found',
      facts: { shape, checkpointBytes: undefined, source: { shape: 'built-in', size: 'arithmetic' } },
    };
  return {
    is: 'unknown',
    because: isDirectory ? `${pool.model} has no config.json` : `its config.json is not in ${hub}`,
  };
}

/** `--download-dir` stands for the cache (vllm/config/load.py). */
function downloadsOf(pool: PoolConfig): string | undefined {
  const directory = pool.args['download-dir'];
  return typeof directory === 'string' ? directory : undefined;
}

/** `models--Org--Name/snapshots/<commit>`; a branch or tag leads to its commit by a file of `refs/`. */
async function snapshotOf({ model, revision = 'main' }: PoolConfig, hub: string, files: ModelFiles) {
  const folder = join(hub, `models--${model.replaceAll('/', '--')}`);
  if (/^[\da-f]{40}$/.test(revision)) return join(folder, 'snapshots', revision);
  const commit = await files.readText(join(folder, 'refs', revision));
  return commit === undefined ? undefined : join(folder, 'snapshots', commit.trim());
}

async function read(config: string, directory: string, isDirectory: boolean, files: ModelFiles): Promise<FoundModel> {
  const parsed = parseModelConfig(config);
  if (parsed.is === 'unsupported') return { is: 'unknown', because: parsed.because };
  const { bytes, size } = await checkpointOf(directory, files);
  const source: ModelFacts['source'] = { shape: isDirectory ? 'directory' : 'cache', size };
  return { is: 'found', facts: { shape: parsed.shape, checkpointBytes: bytes, source } };
}

const indexSchema = z.object({ metadata: z.object({ total_size: z.number().positive() }) });

/** The index tells the whole size while files are still on their way, so it comes first. */
async function checkpointOf(directory: string, files: ModelFiles) {
  const index = await files.readText(join(directory, 'model.safetensors.index.json'));
  const total = index === undefined ? undefined : totalSize(index);
  if (total !== undefined) return { bytes: total, size: 'index' } as const;
  const sizes = await files.sizesOf(directory, '.safetensors');
  if (sizes.length > 0) return { bytes: sizes.reduce((sum, it) => sum + it, 0), size: 'files' } as const;
  return { bytes: undefined, size: 'arithmetic' } as const;
}

function totalSize(index: string): number | undefined {
  try {
    return indexSchema.safeParse(JSON.parse(index)).data?.metadata.total_size;
  } catch {
    return undefined;
  }
}
