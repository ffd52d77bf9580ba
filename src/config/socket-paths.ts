import { join } from 'node:path';
import type { Config } from './config.ts';
import type { BrokenRule } from './rules.ts';

/** Bytes of a unix socket's path, its closing zero not counted (`sun_path`, unix(7)). */
const SOCKET_PATH_BYTES_MAX = 107;

/** Sockets whose path the kernel would refuse. */
export function overlongSockets({ paths, replicas, redis }: Config): readonly BrokenRule[] {
  const sockets: [string, (string | number)[]][] = [[paths.controlSocket, ['control', 'socket']]];
  if (redis.kind === 'managed') sockets.push([join(paths.runtime, 'redis.sock'), ['paths', 'runtime']]);
  replicas.forEach((replica, index) => {
    if (replica.port === undefined)
      sockets.push([join(paths.runtime, `${replica.name}.sock`), ['replicas', index, 'name']]);
  });
  return sockets
    .filter(([path]) => Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX)
    .map(([path, place]) => ({
      path: place,
      message: `the socket ${path} has more than ${SOCKET_PATH_BYTES_MAX} bytes; set a shorter paths.runtime`,
    }));
}
