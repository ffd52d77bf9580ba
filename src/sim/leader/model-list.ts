import type { EngineSettings } from '../flags/settings.ts';

/** `/v1/models`: one entry for each served name. */
export function modelList({ model, facts }: EngineSettings): unknown {
  const data = facts.servedNames.map((id) => ({
    id,
    object: 'model',
    created: Math.floor(Date.now() / 1000),
    owned_by: 'ssw-infer-simulated',
    root: model,
    parent: null,
    max_model_len: facts.maxModelLen,
    permission: [],
  }));
  return { object: 'list', data };
}
