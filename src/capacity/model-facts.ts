import type { ModelShape } from './model-shape.ts';

/** What is known of a pool's model. */
export interface ModelFacts {
  readonly shape: ModelShape;
  /** Of all its weights as they are stored; `undefined`: they are counted from the shape. */
  readonly checkpointBytes: number | undefined;
  readonly source: ModelSource;
}

/** Where a model's shape and size were read: its files, the index of its files, or a table in this program. */
export interface ModelSource {
  readonly shape: 'directory' | 'cache' | 'built-in';
  readonly size: 'files' | 'index' | 'arithmetic';
}

export type FoundModel =
  { readonly is: 'found'; readonly facts: ModelFacts } | { readonly is: 'unknown'; readonly because: string };
