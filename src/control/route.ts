import type { Clock } from '../telemetry/index.ts';
import type { Auditor } from './audit.ts';
import type { ControlHandler } from './api.ts';
import type { Access } from './caller.ts';

/** One request for a path, and what it is answered from. */
export interface Call {
  readonly handler: ControlHandler;
  readonly clock: Clock;
  /** Of what changes something: who asked, and how it ended. */
  readonly audit: Auditor;
  /** Parsed JSON; `undefined` where there is none. Rejects where it is no JSON. */
  readonly body: () => Promise<unknown>;
  readonly search: URLSearchParams;
  /** What stands in the path's place of this name: `name` of `/replicas/:name/history`. Throws where it has none. */
  readonly param: (name: string) => string;
}

/** One path of the control API. */
export interface Route {
  /** What changes something is a POST. */
  readonly method: 'GET' | 'POST';
  /** After `/v1`. */
  readonly path: string;
  readonly access: Access;
  /** For `docs/control-api.md`. */
  readonly does: string;
  /** For `docs/control-api.md`: the JSON, by the name of its type in `api.ts`. */
  readonly answers: string;
  readonly answer: (call: Call) => Response | Promise<Response>;
}

/** Declares a path. */
export function route(
  method: Route['method'],
  path: string,
  rest: Pick<Route, 'access' | 'does' | 'answers' | 'answer'>,
): Route {
  return { method, path, ...rest };
}

/** A path that fits, with its parameters; or what is wrong. */
export type Match =
  | { readonly is: 'found'; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  | { readonly is: 'no_path' }
  | { readonly is: 'no_method'; readonly allowed: readonly string[] };

/** Finds the route of a path below `/v1`. Of two that fit the one with fewer parameters is taken. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const fitting = routes.flatMap((it) => {
    const params = fit(it.path, path);
    return params === undefined ? [] : [{ route: it, params }];
  });
  if (fitting.length === 0) return { is: 'no_path' };
  const [found] = fitting
    .filter((it) => it.route.method === method)
    .toSorted((one, other) => one.params.size - other.params.size);
  if (found !== undefined) return { is: 'found', ...found };
  return { is: 'no_method', allowed: [...new Set(fitting.map((it) => it.route.method))] };
}

function fit(pattern: string, path: string): Map<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of wanted.entries()) {
    const value = decode(given[index] ?? '');
    if (part.startsWith(':') && value !== undefined && value !== '') params.set(part.slice(1), value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray `%`
  }
}
