import type { Peer } from './peer.ts';
import { haproxy } from './targets/haproxy.ts';
import { litellm } from './targets/litellm.ts';
import { llamaSwap } from './targets/llama-swap.ts';
import { llamactl } from './targets/llamactl.ts';
import { nginx } from './targets/nginx.ts';
import { olla } from './targets/olla.ts';
import { portkey } from './targets/portkey.ts';
import { sglangRouter, smg, vllmRouter } from './targets/routers.ts';

/** Paths of programs that `install.sh` does not install. */
export interface GivenPaths {
  readonly llamaSwap: string | undefined;
  readonly llamactl: string | undefined;
  readonly olla: string | undefined;
}

/** All peers, installed or not. Throws when a given path leads nowhere. */
export function allPeers(paths: GivenPaths): readonly Peer[] {
  return [
    nginx(),
    haproxy(),
    smg(),
    vllmRouter(),
    sglangRouter(),
    litellm(),
    portkey(),
    llamaSwap(paths.llamaSwap),
    llamactl(paths.llamactl),
    olla(paths.olla),
  ];
}

/** Those to measure: the named ones, which must be installed, or all that are. Throws on a name that nobody has. */
export function choosePeers(peers: readonly Peer[], only: readonly string[] | undefined): readonly Peer[] {
  if (only === undefined) return peers.filter((it) => it.executable !== undefined);
  return only.map((name) => {
    const peer = peers.find((it) => it.name === name);
    if (peer === undefined)
      throw new Error(`there is no peer ${name}; known: ${peers.map((it) => it.name).join(', ')}`);
    if (peer.executable === undefined) throw new Error(`${name} is not installed: ${peer.remedy}`);
    return peer;
  });
}
