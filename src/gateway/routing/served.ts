import type { GatewayRooms } from '../gateway.ts';

/** Whether a pool has a ready replica, here or on another host. Redis is asked only where there is none here. */
export async function isServed(
  pool: string,
  { fleet, queue }: Pick<GatewayRooms, 'fleet' | 'queue'>,
): Promise<boolean> {
  if (fleet.replicas().some((it) => it.pool === pool && it.state === 'ready')) return true;
  if (!queue.isConnected()) return false;
  const depths = await queue.depths();
  return depths.some((it) => it.pool === pool && it.remoteReplicas > 0);
}
