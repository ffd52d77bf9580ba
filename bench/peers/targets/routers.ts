import { freePort } from '../../overhead/targets/target.ts';
import { installed, pythonVersion } from '../installed.ts';
import type { Peer, Place } from '../peer.ts';

const remedy = 'install.sh';

/** More than any load here has at once, so that no limit of theirs is measured. */
const CONCURRENT_MAX = '4096';

/** What the three routers of one family have in common: one worker behind, whatever policy costs least. */
function launch({ port, upstreamPort }: Place): readonly string[] {
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--prometheus-port', String(freePort())];
  const worker = ['--worker-urls', `http://127.0.0.1:${upstreamPort}`, '--policy', 'round_robin'];
  return [...listen, ...worker, '--max-concurrent-requests', CONCURRENT_MAX, '--log-level', 'error'];
}

/** Shepherd Model Gateway, over HTTP. */
export function smg(): Peer {
  return {
    name: 'smg',
    executable: installed('smg/bin/smg'),
    remedy,
    ownsChildren: true,
    version: () => pythonVersion('smg'),
    command: async (place) => [place.executable, 'launch', ...launch(place)],
  };
}

export function vllmRouter(): Peer {
  return {
    name: 'vllm-router',
    executable: installed('vllm-router/bin/vllm-router'),
    remedy,
    ownsChildren: true,
    version: () => pythonVersion('vllm-router'),
    command: async (place) => [place.executable, ...launch(place)],
  };
}

export function sglangRouter(): Peer {
  return {
    name: 'sglang-router',
    executable: installed('sglang-router/bin/python'),
    remedy,
    ownsChildren: true,
    version: () => pythonVersion('sglang-router'),
    command: async (place) => [place.executable, '-m', 'sglang_router.launch_router', ...launch(place)],
  };
}
