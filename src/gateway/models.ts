import { apiError } from './errors/errors.ts';
import { errorResponse } from './errors/error-response.ts';
import { AUTO, shorten } from './routing/choose-route.ts';
import type { Named, RouteTable } from './routing/route-table.ts';

/** One entry of `/v1/models`, with the fields that vLLM adds to OpenAI's. */
interface ModelEntry {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds. When a model was made is not known here. */
  readonly created: 0;
  readonly owned_by: 'ssw-infer';
  /** The real model behind the name. */
  readonly root: string;
  readonly parent: null;
  /** Tokens; null where the engine decides. */
  readonly max_model_len: number | null;
}

const PREFIX = '/v1/models/';

/** Whether a path names one model. */
export function isModelPath(path: string): boolean {
  return path.startsWith(PREFIX) && path.length > PREFIX.length;
}

/** `GET /v1/models`: every name that a request's `model` may hold. */
export function listModels(table: RouteTable, headers: Record<string, string>): Response {
  const data = table.names.flatMap((name) => {
    const named = table.byName(name);
    return named === undefined ? [] : [entry(name, named)];
  });
  return Response.json({ object: 'list', data }, { headers });
}

/** What of the models a client may see. */
interface Shelf {
  readonly table: RouteTable;
  /** Whether `auto` is taken too. */
  readonly auto: boolean;
}

/** `GET /v1/models/{id}`: an id's slashes may come as they are or as `%2F`. */
export function showModel(path: string, { table, auto }: Shelf, headers: Record<string, string>): Response {
  const name = decode(path.slice(PREFIX.length));
  const named = table.byName(name);
  if (named !== undefined) return Response.json(entry(name, named), { headers });
  const known = [...table.names, ...(auto ? [AUTO] : [])].join(', ');
  return errorResponse(apiError('model_not_found', { model: shorten(name), known }, 'model'), headers);
}

function entry(id: string, { route, model = route.model }: Named): ModelEntry {
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: 'ssw-infer',
    root: model,
    parent: null,
    max_model_len: route.maxModelLen ?? null,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: no model is called that, and the error repeats it as it came
  }
}
