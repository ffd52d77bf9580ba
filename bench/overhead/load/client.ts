import { createConnection } from './connection.ts';
import type { Examination } from './examination.ts';
import { createResponseReader } from './response-reader.ts';

/** What came of one request. */
export interface Outcome {
  /** From its sending to its last byte. */
  readonly ms: number;
  /** Absent when all was right. */
  readonly fault: string | undefined;
}

/** One client: one request at a time, on one connection as long as the server keeps it. */
export interface Client {
  /** Sends the request. Its outcome comes to `onOutcome`, from within which the next may be asked for. */
  ask(): void;
  /** Ends the connection; a request on it has no outcome any more. */
  close(): void;
}

export interface ClientSetup {
  readonly port: number;
  readonly request: Uint8Array;
  readonly examination: Examination;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A connection that was closed between two requests is opened anew; one that breaks during a request is a fault. */
export function createClient({ port, request, examination, onOutcome }: ClientSetup): Client {
  let askedAtMs: number | undefined;

  const settle = (fault: string | undefined) => {
    if (askedAtMs === undefined) return;
    const ms = performance.now() - askedAtMs;
    askedAtMs = undefined;
    onOutcome({ ms, fault });
  };
  const newReader = () =>
    createResponseReader({
      head: (status) => examination.head(status),
      body: (text) => examination.body(text),
      end: () => settle(examination.end()),
    });
  let reader = newReader();
  const connection = createConnection(port, {
    text: (text) => reader.read(text),
    broken(why) {
      reader = newReader();
      examination.end();
      settle(why);
    },
  });

  return {
    ask() {
      askedAtMs = performance.now();
      connection.send(request);
    },
    close: () => connection.close(),
  };
}
