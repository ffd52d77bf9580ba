import { promptTokens, type RequestShape } from './size.ts';
import { apiError, type ApiError } from './errors.ts';
import type { PoolRoute } from './gateway.ts';
import type { RouteTable } from './route-table.ts';

/** The name that leaves the choice of a pool to this server. */
export const AUTO = 'auto';

/** Longest prompt that `auto` still takes for a light one. Tokens, estimated. */
export const LIGHT_PROMPT_TOKENS_MAX = 1500;

/** How a client named what it wants. */
export interface Wish {
  /** Header `x-ssw-pool`. */
  readonly poolHeader: string | null;
  /** The body's `model`. */
  readonly model: string | undefined;
}

type Routing = { readonly ok: true; readonly route: PoolRoute } | { readonly ok: false; readonly error: ApiError };

/** Chooses the pool: the header wins, else the model's name decides; no name at all means `auto`. */
export function chooseRoute(wish: Wish, shape: RequestShape, table: RouteTable): Routing {
  if (wish.poolHeader !== null) {
    const route = wish.poolHeader === AUTO ? autoRoute(shape, table) : table.byPool(wish.poolHeader);
    return found(
      route,
      wish.poolHeader,
      table.routes.map((it) => it.pool),
      'x-ssw-pool',
    );
  }
  const name = wish.model ?? AUTO;
  return found(table.byName(name) ?? (name === AUTO ? autoRoute(shape, table) : undefined), name, table.names, 'model');
}

/** Short requests go to `light`; long ones and those with tools to `heavy`. Without such a pool, the first there is. */
function autoRoute(shape: RequestShape, table: RouteTable): PoolRoute | undefined {
  const light = !shape.usesTools && promptTokens(shape) <= LIGHT_PROMPT_TOKENS_MAX;
  return table.byPool(light ? 'light' : 'heavy') ?? table.routes[0];
}

function found(route: PoolRoute | undefined, model: string, known: readonly string[], param: string): Routing {
  if (route !== undefined) return { ok: true, route };
  const error = apiError('model_not_found', { model: shorten(model), known: [...known, AUTO].join(', ') }, param);
  return { ok: false, error };
}

/** Longest part of a client's own text that an error repeats. */
const ECHO_CHARACTERS_MAX = 120;

function shorten(text: string): string {
  return text.length <= ECHO_CHARACTERS_MAX ? text : `${text.slice(0, ECHO_CHARACTERS_MAX)}…`;
}
