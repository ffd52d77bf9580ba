import { join } from 'node:path';
import { holdConnections } from './hold-connections.ts';
import { watch, type Seen } from './watch.ts';

/**
 * What is seen of a bare `Bun.serve` while the same crowds hold connections to it: what this machine, at this hour, lets
 * any server of this kind do.
 */
export async function measureFloor(): Promise<Seen> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'floor-child.ts')], {
    stdin: 'pipe',
    stdout: 'pipe',
  });
  try {
    const { value } = await child.stdout.getReader().read();
    const port = Number(new TextDecoder().decode(value));
    const whatWasSeen = await watch(port, child.pid);
    await holdConnections({ port, entrance: '' });
    return await whatWasSeen();
  } finally {
    await child.stdin.end();
    await child.exited;
  }
}
