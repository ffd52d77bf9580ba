import { list, object, orNull, RECORD, ref, SOME, TEXT, WHOLE, type Schemas } from '../schema.ts';

export const MODEL_SCHEMAS: Schemas = {
  Model: object(
    {
      id: { ...TEXT, description: 'A name that `model` may hold.' },
      object: { const: 'model' },
      created: WHOLE,
      owned_by: TEXT,
      root: { ...TEXT, description: 'The real model behind the name.' },
      parent: { type: 'null' },
      max_model_len: { ...orNull(SOME), description: 'Tokens of its context; null where the engine decides.' },
    },
    ['id', 'object', 'created', 'owned_by', 'root', 'parent', 'max_model_len'],
  ),
  ModelList: object({ object: { const: 'list' }, data: list(ref('Model')) }, ['object', 'data']),
  Document: object({ openapi: TEXT, info: RECORD, paths: RECORD }, ['openapi', 'info', 'paths']),
  Status: object({ status: { const: 'ok' } }, ['status']),
};
