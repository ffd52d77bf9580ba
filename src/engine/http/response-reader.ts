import { createBodyReader, type BodyReader } from './body-reader.ts';
import { HEAD_BYTES_MAX, INTERIM_HEADS_MAX } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { readHead, type ResponseHead } from './response-head.ts';

/** What is told of an answer as it comes: its head, then its body piece by piece, then that it is whole. */
export interface ResponseListener {
  head(head: ResponseHead): void;
  /** At most once per `read`. */
  data(bytes: Buffer): void;
  /** `reusable`: the connection is ready for the next request, as far as the server and its bytes tell. */
  end(reusable: boolean): void;
}

/** Reads one answer to a GET or POST, wherever the pieces it comes in end. */
export interface ResponseReader {
  /** Takes what came; the bytes are its own from then on. Throws `ProtocolError`, after which it is of no use. */
  read(bytes: Buffer): void;
  /** The connection was closed in order, which ends a body without a length. Says whether the answer is whole. */
  closed(): boolean;
}

const HEAD_END = '\r\n\r\n';
const BEGIN = 'HTTP/1.';
const FINAL_STATUS_MIN = 200;

export function createResponseReader(listener: ResponseListener): ResponseReader {
  let held: Buffer | undefined;
  let interimHeads = 0;
  let head: ResponseHead | undefined;
  let body: BodyReader | undefined;
  let over = false;

  /** A head and what follows it; `undefined` while its end is still to come. */
  function takeHead(bytes: Buffer): { readonly found: ResponseHead; readonly rest: Buffer } | undefined {
    const all = held === undefined ? bytes : Buffer.concat([held, bytes]);
    const from = held === undefined ? 0 : Math.max(0, held.length - HEAD_END.length + 1);
    const end = all.indexOf(HEAD_END, from, 'latin1');
    if ((end === -1 ? all.length : end) > HEAD_BYTES_MAX) throw new ProtocolError('too long a head');
    held = end === -1 ? all : undefined;
    if (end !== -1)
      return { found: readHead(all.toString('latin1', 0, end)), rest: all.subarray(end + HEAD_END.length) };
    if (!BEGIN.startsWith(all.toString('latin1', 0, BEGIN.length))) throw new ProtocolError('no answer in HTTP/1.1');
    return undefined;
  }
  /** The answer's own head, after those that only tell how it stands. */
  function readHeads(bytes: Buffer): Buffer | undefined {
    let taken = takeHead(bytes);
    while (taken !== undefined && taken.found.status < FINAL_STATUS_MIN) {
      interimHeads += 1;
      if (interimHeads > INTERIM_HEADS_MAX) throw new ProtocolError('interim answers without end');
      taken = takeHead(taken.rest);
    }
    if (taken === undefined) return undefined;
    head = taken.found;
    body = createBodyReader(head.framing);
    listener.head(head);
    return taken.rest;
  }
  function readBody(bytes: Buffer): void {
    const data = bytes.length === 0 ? bytes : body?.read(bytes);
    const state = body?.state();
    if (data !== undefined && data.length > 0) listener.data(data);
    if (state === 'open') return;
    over = true;
    listener.end(state === 'whole' && head?.keepsAlive === true);
  }

  return {
    read(bytes) {
      if (over) throw new ProtocolError('bytes after the answer');
      const rest = body === undefined ? readHeads(bytes) : bytes;
      if (rest !== undefined) readBody(rest);
    },
    closed() {
      if (!over && head?.framing.by === 'close') {
        over = true;
        listener.end(false);
      }
      return over;
    },
  };
}
