import { join } from 'node:path';
import { startSswInfer } from '../../overhead/targets/ssw-infer.ts';
import type { Site, Target } from '../../overhead/targets/target.ts';
import { waitFor } from '../../overhead/wait.ts';
import { askOnce } from '../ask.ts';

const TENANT = 'bench';
const KEY_LIMIT_MS = 10_000;

/** Every limit of a tenant is kept and counted; none is reached. */
const LIMITS = {
  requests_per_minute: 10_000_000,
  tokens_per_minute: 10_000_000_000,
  max_in_flight: 100_000,
  queue_share: 1,
  max_tokens: 4096,
};

/** The compiled program as users run it: queue, an API key, the tenant's limits, metrics and tap all on. */
export async function startKeyed(binary: string, site: Site): Promise<Target> {
  const target = await startSswInfer(binary, site, { tenants: [{ name: TENANT, ...LIMITS }] });
  const config = join(site.directory, 'replicas.yaml');
  const adding = Bun.spawn([binary, 'keys', 'add', '--tenant', TENANT, '--config', config], {
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [code, key, err] = await Promise.all([adding.exited, adding.stdout.text(), adding.stderr.text()]);
  if (code !== 0) throw new Error(`no key could be added: ${err}`);
  const keyed = { ...target, headers: { authorization: `Bearer ${key.trim()}` } };
  const isClosed = async () => (await askOnce(target, site.signal)).status === 401;
  await waitFor('a request without a key is refused', isClosed, KEY_LIMIT_MS, site.signal);
  const { status, body } = await askOnce(keyed, site.signal);
  if (status !== 200) throw new Error(`the key is refused: ${status} ${body}`);
  return keyed;
}
