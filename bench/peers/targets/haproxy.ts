import { join } from 'node:path';
import { onPath, said } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** One thread, as nginx has one worker. */
export function haproxy(): Peer {
  const executable = onPath('haproxy');
  return {
    name: 'haproxy',
    executable,
    remedy: 'install.sh, or the distribution',
    ownsChildren: true,
    version: () => said([executable ?? '', '-v']),
    async command({ executable: program, directory, port, upstreamPort }) {
      const file = join(directory, 'haproxy.cfg');
      await Bun.write(file, configOf(port, upstreamPort));
      return [program, '-db', '-f', file];
    },
  };
}

/** `http-no-delay`: parts of an answer go out as they come, as streams want it. */
function configOf(port: number, upstreamPort: number): string {
  return `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-no-delay
  http-reuse always
frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend engine
backend engine
  server engine 127.0.0.1:${upstreamPort} pool-max-conn 2048
`;
}
