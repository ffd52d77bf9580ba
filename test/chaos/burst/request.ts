import { POOL, TENANT_HEADER } from './config.ts';

/** One streamed request of the burst scenario. */
export interface Wish {
  readonly tenant: string;
  readonly prompt: string;
}

/** What its client saw. Times in ms. */
export interface Account {
  readonly tenant: string;
  readonly sentAtMs: number;
  /** Until the first event of the answer; comments are none. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  readonly ending: Ending;
}

export type Ending =
  | { readonly is: 'completed' }
  | { readonly is: 'refused'; readonly status: number; readonly code: string } // told, and counted
  | { readonly is: 'lost'; readonly because: string }; // anything else

/** The end of an answer; what tells how it ended is shorter. */
const TAIL_CHARACTERS = 400;

/**
 * Sends one over a connection of its own, bare: thousands at once are more than `fetch` has connections for. Never
 * rejects.
 */
export function ask(url: URL, { tenant, prompt }: Wish): Promise<Account> {
  const { promise, resolve } = Promise.withResolvers<Account>();
  const sentAtMs = performance.now();
  const decoder = new TextDecoder();
  let head = '';
  let tail = '';
  let firstTokenMs: number | undefined;

  function take(text: string): void {
    if (!head.includes('\r\n\r\n')) head += text;
    const began = (tail + text).includes('data: {');
    tail = (tail + text).slice(-TAIL_CHARACTERS);
    if (firstTokenMs === undefined && began) firstTokenMs = performance.now() - sentAtMs;
  }
  function close(cause: string): void {
    const ending = endingOf(head, tail, cause);
    resolve({ tenant, sentAtMs, firstTokenMs, totalMs: performance.now() - sentAtMs, ending });
  }

  Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      open: (socket) => void socket.write(messageOf(url, tenant, prompt)),
      data: (_socket, bytes) => take(decoder.decode(bytes, { stream: true })),
      close: () => close('closed'),
      error: (_socket, error) => close(String(error)),
    },
  }).catch((error: unknown) => close(String(error)));
  return promise;
}

function messageOf({ host }: URL, tenant: string, prompt: string): string {
  const body = JSON.stringify({ model: POOL, stream: true, messages: [{ role: 'user', content: prompt }] });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `host: ${host}`,
    'content-type: application/json',
    'connection: close',
    `${TENANT_HEADER}: ${tenant}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function endingOf(head: string, tail: string, cause: string): Ending {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (status === 200 && tail.includes('data: [DONE]')) return { is: 'completed' };
  const code = /"code":"([a-z_]+)"/.exec(tail)?.[1];
  if (code !== undefined && status !== 200) return { is: 'refused', status, code };
  return { is: 'lost', because: `${cause}, status ${status}, …${tail.slice(-200)}` };
}
