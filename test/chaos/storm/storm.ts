import { until } from '../../support/wait.ts';
import { nowUnixMs } from './clock.ts';
import { strike, type Scene } from './deeds.ts';
import type { Host } from './host.ts';
import { planStorm } from './plan.ts';
import type { Trace } from './trace.ts';

const CALM_LIMIT_MS = 60_000;
const RELOADS_MAX = 3;

/** Lets the storm of a seed rage for so long; then waits for what it has begun, and for calm. */
export async function rage(seed: number, lengthMs: number, host: Host, trace: Trace): Promise<void> {
  const tails: Promise<void>[] = [];
  const scene: Scene = { host, trace, later: (tail) => tails.push(tail) };
  const endsMs = nowUnixMs() + lengthMs;
  for (const { afterMs, kind, replica } of planStorm(seed)) {
    await Bun.sleep(afterMs);
    if (nowUnixMs() > endsMs) break;
    await strike(kind, replica, scene);
  }
  trace.note('the storm is over');
  await Promise.all(tails);
  await calm(host, trace);
}

/** The good file is what runs, and everything is ready. */
async function calm(host: Host, trace: Trace): Promise<void> {
  host.writeConfig();
  for (let tries = 1; ; tries += 1) {
    const reload = await host.command('reload', '--wait');
    if (reload?.code === 0) break;
    trace.note(`  reload: ${reload?.err ?? 'hung'}`);
    if (tries === RELOADS_MAX) throw new Error(`the good file cannot be loaded: ${reload?.err ?? 'hung'}`);
  }
  await until('all are ready', async () => (await host.status()).ready && (await areReady(host)), CALM_LIMIT_MS);
  trace.note('all are ready');
}

async function areReady(host: Host): Promise<boolean> {
  return (await host.status()).replicas.every((it) => it.state === 'ready');
}
