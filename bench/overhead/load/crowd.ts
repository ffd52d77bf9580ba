import { nowUnixMicroseconds } from '../clock.ts';
import { createClient, type Client, type Outcome } from './client.ts';
import { examineDocument, examineStream, type Examination } from './examination.ts';
import type { Job } from './job.ts';
import { requestBytes } from './request.ts';
import type { Tally } from './tally.ts';

/** After so many faults the clients give up: a target that refuses is not hammered. */
const ERRORS_MAX = 1000;

/** All clients of a job: each asks again as soon as it is answered. */
export interface Crowd {
  /** Clients whose answer is outstanding. */
  readonly asking: number;
  /** Everyone starts to ask, one after another over `rampMs`. */
  begin(rampMs: number): void;
  /** No further requests; resolves with the last answer. */
  end(): Promise<void>;
  close(): void;
}

export function gather(job: Job, tally: Tally): Crowd {
  const ended = Promise.withResolvers<void>();
  let [going, asking] = [true, 0];

  const ask = (client: Client) => {
    if (!going || tally.errors >= ERRORS_MAX) return;
    asking += 1;
    client.ask();
  };
  const clients = recruit(job, tally, (client) => {
    asking -= 1;
    ask(client);
    if (!going && asking === 0) ended.resolve();
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

/** Clients that note what comes in the tally, then tell that they are free again. */
function recruit(job: Job, tally: Tally, free: (client: Client) => void): Client[] {
  const request = requestBytes(job);
  return Array.from({ length: job.concurrency }, () => {
    const client = createClient({
      port: job.port,
      request,
      examination: examinationOf(job, tally),
      onOutcome(outcome) {
        note(outcome, job, tally);
        free(client);
      },
    });
    return client;
  });
}

function examinationOf({ kind, tokens, documentBytes }: Job, tally: Tally): Examination {
  if (kind === 'requests') return examineDocument(documentBytes);
  return examineStream(tokens, (stamp) => tally.took((nowUnixMicroseconds() - stamp) / 1000));
}

/** What is timed of streams is their tokens. */
function note({ ms, fault }: Outcome, { kind }: Job, tally: Tally): void {
  if (fault !== undefined) return tally.fault(fault);
  tally.answered();
  if (kind === 'requests') tally.took(ms);
}
