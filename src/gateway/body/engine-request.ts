import type { Priority } from '../../queue/index.ts';
import type { Api } from '../api.ts';
import type { PoolRoute } from '../gateway.ts';
import type { Reading } from '../tap/tap.ts';
import { replaceModel, replaceString } from './model-field.ts';
import { tierOfPriority } from './service-tier.ts';
import { askForUsage, type UsageWish } from './usage-wish.ts';

/** What decides how a request goes on. */
interface Asked {
  readonly api: Api;
  readonly route: PoolRoute;
  readonly model: string | undefined;
  readonly streams: boolean;
  readonly usageWish: UsageWish;
  readonly tierPriority: Priority | undefined;
  /** What it really gets. */
  readonly priority: Priority;
}

interface EngineRequest {
  readonly body: Buffer;
  readonly reading: Reading;
}

/**
 * The body as the engine gets it, byte for byte but for three values, and how its answer is to be read. The engine must
 * know the model by the name it reads; vLLM replies with its real name, however it is asked.
 */
export function engineRequest(body: Buffer, asked: Asked): EngineRequest {
  const { api, route, model, streams, usageWish, tierPriority, priority } = asked;
  const { engineModel } = route;
  let engineBody = model === undefined || model === engineModel ? body : replaceModel(body, engineModel);
  const hidesUsage = api.usageOnRequest && streams && usageWish !== 'asked';
  if (hidesUsage) engineBody = askForUsage(engineBody, usageWish);
  const tier = tierPriority === undefined ? undefined : tierOfPriority(priority);
  if (tier !== undefined && api.tier === 'repeated') engineBody = replaceString(engineBody, 'service_tier', tier);
  const serviceTier = api.tier === 'ours_to_tell' ? tier : undefined;
  return { body: engineBody, reading: { dialect: api.dialect, hidesUsage, serviceTier } };
}
