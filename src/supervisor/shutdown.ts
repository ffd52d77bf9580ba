import type { RunningReplica } from './replica/run.ts';

/** Drains and stops all of them side by side; `hurry` reaches each. Resolves when no process of theirs is left. */
export async function stopAll(replicas: readonly RunningReplica[], hurry: AbortSignal): Promise<void> {
  for (const replica of replicas) replica.send({ on: 'stop' });
  const hurryAll = (): void => replicas.forEach((replica) => replica.send({ on: 'hurry' }));
  if (hurry.aborted) hurryAll();
  hurry.addEventListener('abort', hurryAll, { once: true });
  await Promise.all(replicas.map((replica) => replica.until(({ stage }) => stage.in === 'stopped' || undefined)));
  hurry.removeEventListener('abort', hurryAll);
}
