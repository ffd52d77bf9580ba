import type { Call } from '../call.ts';
import type { ApiError } from '../errors/errors.ts';
import { promptTokens } from '../body/size.ts';
import { chooseRoute, type Desk } from './choose-route.ts';
import { readEffort } from './effort.ts';
import { fallbackOf, readFallbackWord } from './fallback.ts';
import type { Signals } from './signals.ts';

/** What routing reads of a request. */
interface Routable {
  readonly headers: Headers;
  readonly model: string | undefined;
  readonly bodyBytes: number;
  /** Read only where this server chooses. */
  readonly signals: () => Signals;
}

type Routing =
  | {
      readonly ok: true;
      readonly routed: Pick<Call, 'route' | 'routeReason' | 'fallback' | 'steppedInFor'>;
      /** The real model that it named; `undefined` where any of the pool serves. */
      readonly model: string | undefined;
    }
  | { readonly ok: false; readonly error: ApiError };

/** Finds the pool of a request, and the one that may step in for it. */
export function routeRequest({ headers, model, bodyBytes, signals }: Routable, desk: Desk): Routing {
  const wordRead = readFallbackWord(headers);
  if (!wordRead.ok) return wordRead;
  const effortRead = readEffort(headers);
  if (!effortRead.ok) return effortRead;
  const { effort } = effortRead;
  const load = {
    promptTokens: promptTokens({ bodyBytes }),
    signals: effort === undefined ? signals : () => ({ ...signals(), effort }),
  };
  const poolHeader = headers.get('x-ssw-pool');
  const choice = chooseRoute({ poolHeader, model }, load, desk);
  if (!choice.ok) return choice;
  const { route, model: real, reason } = choice.chosen;
  const namesPool = poolHeader !== null && reason === undefined;
  const fallback = fallbackOf(route, { word: wordRead.word, namesPool }, desk);
  return { ok: true, routed: { route, routeReason: reason, fallback, steppedInFor: undefined }, model: real };
}
