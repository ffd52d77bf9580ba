import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP port in front of a unix socket that can stop passing anything on, in both directions, without closing. */
export interface BlackHole {
  readonly url: string;
  swallow(): void;
  pass(): void;
  close(): void;
}

export async function openBlackHole(socketPath: string): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  const relay = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (bytes) => swallowing || to.write(bytes));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    const far = createConnection(socketPath);
    relay(near, far);
    relay(far, near);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    swallow: () => (swallowing = true),
    pass: () => (swallowing = false),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
