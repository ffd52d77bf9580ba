import { join } from 'node:path';
import { onPath, said } from '../installed.ts';
import type { Peer } from '../peer.ts';

/** One worker; connections to the upstream are kept, nothing is buffered. The floor. */
export function nginx(): Peer {
  const executable = onPath('nginx');
  return {
    name: 'nginx',
    executable,
    remedy: 'install.sh, or the distribution',
    ownsChildren: true,
    version: () => said([executable ?? '', '-v']),
    async command({ executable: program, directory, port, upstreamPort }) {
      const file = join(directory, 'nginx.conf');
      await Bun.write(file, configOf(directory, port, upstreamPort));
      return [program, '-p', directory, '-c', file, '-e', join(directory, 'error.log')];
    },
  };
}

const PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** nginx.org/en/docs: by default it would buffer, and ask over HTTP/1.0 on a new connection each time. */
function configOf(directory: string, port: number, upstreamPort: number): string {
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid ${directory}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_requests 100000000;
  ${PATHS.map((it) => `${it}_temp_path ${directory}/${it};`).join('\n  ')}
  upstream engine {
    server 127.0.0.1:${upstreamPort};
    keepalive 2048;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 60s;
    }
  }
}
`;
}
