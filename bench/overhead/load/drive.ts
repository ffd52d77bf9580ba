import { nowUnixMicroseconds } from '../clock.ts';
import { readResidentBytes, readStat } from '../proc.ts';
import { createClient, type Client } from './client.ts';
import { examineDocument, examineStream } from './examination.ts';
import type { Job, Measurement } from './job.ts';
import { createTally, type Tally } from './tally.ts';

/** After so many faults the clients give up: a target that refuses is not hammered. */
const ERRORS_MAX = 1000;

/** How long answers that run at the window's end may go on. */
const DRAIN_LIMIT_MS = 10_000;

/** Puts the load on, measures one window of it, and waits for the last answers. */
export async function drive(job: Job): Promise<Measurement> {
  const tally = createTally();
  const crowd = gather(job, tally);
  try {
    crowd.begin(job.rampMs);
    await Bun.sleep(job.warmUpMs);
    const cpuBefore = job.pids.map((pid) => readStat(pid).cpuSeconds);
    const openedMs = performance.now();
    tally.open();
    await Bun.sleep(job.windowMs);
    tally.close();
    const windowSeconds = (performance.now() - openedMs) / 1000;
    const processes = job.pids.map((pid, index) => ({
      cpuSeconds: readStat(pid).cpuSeconds - (cpuBefore[index] ?? 0),
      residentBytes: readResidentBytes(pid),
    }));
    await Promise.race([crowd.end(), Bun.sleep(DRAIN_LIMIT_MS)]);
    if (crowd.asking > 0) tally.fault(`${crowd.asking} answers were not whole ${DRAIN_LIMIT_MS} ms after the window`);
    return { windowSeconds, ...tally.counts(), processes };
  } finally {
    crowd.close();
  }
}

/** All clients of a job. */
interface Crowd {
  /** Clients whose answer is outstanding. */
  readonly asking: number;
  /** Everyone asks, again and again; they begin over `rampMs`. */
  begin(rampMs: number): void;
  /** No further requests; resolves with the last answer. */
  end(): Promise<void>;
  close(): void;
}

function gather(job: Job, tally: Tally): Crowd {
  const request = requestBytes(job);
  const ended = Promise.withResolvers<void>();
  let [going, asking] = [true, 0];

  const ask = (client: Client) => {
    if (going && tally.errors < ERRORS_MAX) {
      asking += 1;
      client.ask();
    } else if (asking === 0) ended.resolve();
  };
  const clients = Array.from({ length: job.concurrency }, () => {
    const client = createClient({
      port: job.port,
      request,
      examination:
        job.kind === 'requests' ? examineDocument() : examineStream(job.tokens, (it) => tally.took(ageMs(it))),
      onOutcome({ ms, fault }) {
        asking -= 1;
        if (fault === undefined) tally.answered();
        else tally.fault(fault);
        if (fault === undefined && job.kind === 'requests') tally.took(ms);
        ask(client);
      },
    });
    return client;
  });

  return {
    get asking() {
      return asking;
    },
    begin(rampMs) {
      clients.forEach((client, index) => setTimeout(() => ask(client), (rampMs * index) / clients.length));
    },
    end() {
      going = false;
      if (asking === 0) ended.resolve();
      return ended.promise;
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

function ageMs(stampUnixMicroseconds: number): number {
  return (nowUnixMicroseconds() - stampUnixMicroseconds) / 1000;
}

function requestBytes({ kind, model, tokens }: Job): Uint8Array {
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Which animal does the quick brown fox jump over, and why does it do so?' },
  ];
  const body = JSON.stringify({ model, messages, max_tokens: tokens, temperature: 0, stream: kind === 'streams' });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'user-agent: ssw-infer-bench',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
