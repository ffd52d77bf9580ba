import type { Paths } from './paths.ts';
import type { FileConfig } from './schema.ts';

/** Puts this node's directories in place of `${state}` and `${cache}` in `engine.executable`, `engine.env` and `pools.*.model`. */
export function expandPlaceholders<C extends Pick<FileConfig, 'engine' | 'pools'>>(config: C, paths: Paths): C {
  const expand = (text: string) => text.replaceAll('${state}', paths.state).replaceAll('${cache}', paths.cache);
  const pools = Object.entries(config.pools).map(
    ([name, pool]) => [name, { ...pool, model: expand(pool.model), servedName: expand(pool.servedName) }] as const,
  );
  const env = Object.entries(config.engine.env).map(([name, value]) => [name, expand(value)] as const);
  const { executable } = config.engine;
  return {
    ...config,
    pools: Object.fromEntries(pools),
    engine: {
      ...config.engine,
      env: Object.fromEntries(env),
      ...(executable === undefined ? {} : { executable: expand(executable) }),
    },
  };
}
