import { connect } from 'node:net';

/** What came back on a connection until it was closed. */
export interface Exchange {
  /** As bytes of latin1. */
  readonly text: string;
  /** Nothing came, or not all, within `ANSWER_MS_MAX`. */
  readonly isLate: boolean;
}

/** One answer. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Longer than any answer takes that is on its way. */
const ANSWER_MS_MAX = 15_000;

/** Sends bytes in these pieces, each by itself, and reads until the connection is closed. */
export function exchange(port: number, pieces: readonly Uint8Array[]): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let [text, isLate] = ['', false];
    const patience = setTimeout(() => {
      isLate = true;
      socket.destroy();
    }, ANSWER_MS_MAX);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => undefined); // who is sent away before all is sent may find the connection reset
    socket.on('close', () => {
      clearTimeout(patience);
      resolve({ text, isLate });
    });
    const send = (at: number): void => {
      const piece = pieces[at];
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      setImmediate(send, at + 1);
    };
    socket.on('connect', () => send(0));
  });
}

/** Reads an answer; `undefined` where none came. Throws where it is no HTTP. */
export function readAnswer(text: string): Answer | undefined {
  if (text === '') return undefined;
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(line)?.[1];
  if (end === -1 || status === undefined) throw new Error(`no HTTP: ${text.slice(0, 200)}`);
  if (status === '100') return readAnswer(text.slice(end + 4));
  const headers = new Map(fields.map((it) => [nameOf(it), it.slice(it.indexOf(':') + 1).trim()]));
  const rest = text.slice(end + 4);
  const isChunked = headers.get('transfer-encoding') === 'chunked';
  const body = isChunked ? joinChunks(rest) : rest.slice(0, Number(headers.get('content-length') ?? rest.length));
  return { status: Number(status), headers, body: Buffer.from(body, 'latin1') };
}

const nameOf = (field: string): string => field.slice(0, field.indexOf(':')).toLowerCase();

function joinChunks(text: string): string {
  let [at, joined] = [0, ''];
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    const bytes = Number.parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd === -1 || Number.isNaN(bytes)) throw new Error(`no chunk: ${text.slice(at, at + 100)}`);
    if (bytes === 0) return joined;
    joined += text.slice(lineEnd + 2, lineEnd + 2 + bytes);
    at = lineEnd + 4 + bytes;
  }
}
