import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { descendants } from '../overhead/proc.ts';
import { startChild } from '../overhead/targets/child.ts';
import { freePort, type Site, type Target } from '../overhead/targets/target.ts';
import { COMPLETION, MODEL } from '../overhead/upstream/answers.ts';
import { waitFor } from '../overhead/wait.ts';
import { askOnce } from './ask.ts';
import type { Peer } from './peer.ts';

/** Python programs with many modules take half a minute on a busy machine. */
const START_LIMIT_MS = 120_000;

/** Starts a peer in front of the upstream. Throws when it does not give the upstream's answer in time. */
export async function startPeer(peer: Peer, upstreamPort: number, site: Site): Promise<Target> {
  const { name, executable } = peer;
  if (executable === undefined) throw new Error(`${name} is not installed: ${peer.remedy}`);
  const directory = join(site.directory, name);
  mkdirSync(directory);
  const place = { executable, directory, port: freePort(), upstreamPort, site };
  const child = site.stack.use(startChild(name, await peer.command(place), directory));
  await peer.prepare?.(place);

  const { path, model = MODEL } = peer;
  const headers = peer.headers?.(upstreamPort);
  const target = { name, port: place.port, model, ...(path && { path }), ...(headers && { headers }) };
  let said = 'nothing';
  let documentBytes = 0;
  const answersRight = async () => {
    child.check();
    const { status, body } = await askOnce(target, site.signal);
    said = `${status} ${body.slice(0, 300)}`;
    documentBytes = Buffer.byteLength(body);
    return status === 200 && textOf(body) === textOf(COMPLETION);
  };
  await waitFor(`${name} gives the upstream's answer`, answersRight, START_LIMIT_MS, site.signal).catch((cause) => {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}; it said ${said}`);
  });
  const own = peer.ownsChildren ? descendants(child.pid).map((it) => it.pid) : [];
  return { ...target, documentBytes, processes: [child.pid, ...own].map((pid) => ({ role: 'gateway', pid })) };
}

/** The reply of a whole answer, by its only long `content`. */
function textOf(body: string): string {
  return /"content": ?"([^"]*)"/.exec(body)?.[1] ?? body;
}
