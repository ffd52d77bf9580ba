/** The node whose simulated engine steps. Writes the CPU it used between its first step and its end, in µs. */
import { createRedisWire, createRelay, type RelayListener } from '../../src/queue/relay/index.ts';
import { silentLog, systemClock } from '../../src/telemetry/index.ts';
import { cpuUs, guestAt, LIVES, nowMs, WORKER } from './guest.ts';

/** A stream's chunks that were not asked for yet. */
interface Stream {
  readonly chunks: Uint8Array[];
  wake(): void;
}

const [socketPath = '', ...numbers] = Bun.argv.slice(2);
const [streams = 0, stepsPerSecond = 0, chunkBytes = 0] = numbers.map(Number);
const running = new Set<Stream>();
let startUs: number | undefined;

async function* tokens(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stream: Stream = { chunks: [], wake: () => undefined };
  running.add(stream);
  while (!signal.aborted) {
    yield* stream.chunks.splice(0);
    await new Promise<void>((resolve) => (stream.wake = resolve));
  }
}

function step(dueMs: number): void {
  const nextMs = dueMs + 1_000 / stepsPerSecond;
  setTimeout(() => step(nextMs), Math.max(0, nextMs - performance.now()));
  if (running.size < streams) return;
  startUs ??= cpuUs();
  const chunk = new TextEncoder().encode(`${nowMs()} `.padEnd(chunkBytes, 'x'));
  for (const stream of running) {
    stream.chunks.push(chunk);
    stream.wake();
  }
}

function stop(): void {
  process.stdout.write(String(cpuUs() - (startUs ?? 0)));
  process.exit(0);
}

const wire = createRedisWire({ unixSocketPath: socketPath }, WORKER, { clock: systemClock, log: silentLog });
const ignore = (): void => undefined;
const listener: RelayListener = { asked: () => 'drop', ended: ignore, quarantineChanged: ignore, cancel: stop };
const relay = createRelay({ wire, clock: systemClock, nodeName: WORKER }, listener);
relay.alive(LIVES);
for (let at = 0; at < streams; at += 1) {
  relay.host(guestAt(at), {
    send: ({ signal }) => Promise.resolve({ ok: true, status: 200, headers: {}, body: tokens(signal) }),
    received: ignore,
    resize: ignore,
    finish: ignore,
    fingerprint: ignore,
    back: ignore,
  });
}
step(performance.now());
