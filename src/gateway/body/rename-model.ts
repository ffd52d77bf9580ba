import { asBuffer } from './as-buffer.ts';
import { replaceModel } from './model-field.ts';

/** A JSON request for an engine that has another name for its model; every other byte stays. One without a model stays whole. */
export function renameModel(body: Uint8Array | string, model: string): Uint8Array {
  return replaceModel(asBuffer(body), model);
}
