import { join } from 'node:path';

/** The node's name in Redis: kept in the state directory, so that a restart finds what its former life left there. */
export async function readNodeId(stateDirectory: string, newId: () => string): Promise<string> {
  const file = Bun.file(join(stateDirectory, 'node-id'));
  if (await file.exists()) {
    const kept = (await file.text()).trim();
    if (/^[0-9a-f-]{8,64}$/.test(kept)) return kept;
  }
  const id = newId();
  await Bun.write(file, `${id}\n`);
  return id;
}
