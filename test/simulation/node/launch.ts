import type { Launch, ReplicaPlan } from '../../../src/engine/index.ts';
import type { Command } from '../../../src/supervisor/index.ts';
import type { Order } from '../engine/engine.ts';
import { CARD_MIB } from '../world/cards.ts';
import type { Weather } from '../world/weather.ts';
import { placeOf } from './clients.ts';

/** The command of a replica, which says all that the world must know of it. */
export function launchIn(weather: Weather, plan: ReplicaPlan): Launch | undefined {
  if (plan.engine.kind === 'external') return undefined;
  if (weather.isProgramMissing) throw new Error('there is no vllm; run scripts/install-vllm.sh');
  const { name, gpu, gpuMemoryUtilization = 0 } = plan.replica;
  const mib = gpu === undefined ? 0 : Math.ceil(CARD_MIB * gpuMemoryUtilization);
  const order: Order = { name, gpu, mib, place: placeOf(plan.endpoint) };
  return { argv: ['vllm', JSON.stringify(order)], env: {} };
}

export function orderIn({ argv }: Command): Order {
  return JSON.parse(argv[1] ?? '') as Order;
}
