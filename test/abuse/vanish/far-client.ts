/**
 * The clients of a host that will vanish: `far-client.ts ADDRESS PORT`, and on its standard input lines of JSON,
 * `{"manner", "count", "first"}`: so many connections that send `first`, and then nothing. Tells of each, as JSON, its manner and
 * its port here, and `heard` once its bytes are sent and, unless it sends a part only, an answer has begun.
 */
import { connect } from 'node:net';
import { z } from 'zod';

const orderSchema = z.object({ manner: z.string(), count: z.int(), first: z.string() });

const [, , host = '', serverPort] = process.argv;
const tell = (told: object) => process.stdout.write(`${JSON.stringify(told)}\n`);

for await (const line of console) {
  const { manner, count, first } = orderSchema.parse(JSON.parse(line));
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect({ host, port: Number(serverPort) });
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      const port = socket.localPort;
      socket.write(first, () => tell({ manner, port, is: 'sent' }));
      socket.once('data', () => tell({ manner, port, is: 'heard' }));
      socket.once('close', () => tell({ manner, port, is: 'closed' }));
    });
  }
}
