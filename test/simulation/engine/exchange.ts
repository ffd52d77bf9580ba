import { createBody, type Body } from './body.ts';

/** What its client first gets of an exchange. */
export type Answer =
  | { readonly is: 'whole'; readonly status: number; readonly text: string }
  | { readonly is: 'stream'; readonly body: AsyncIterable<Uint8Array> } // the rest comes as it comes
  | { readonly is: 'refused' } // nobody listened
  | { readonly is: 'reset' }; // the connection broke

/** How an exchange was in the end. */
export type Over =
  | 'answered'
  | 'failed' // by an engine that lives
  | 'broken' // the connection broke, or the server said that its core is dead
  | 'refused'
  | 'left'; // its client wanted no more of it

/** One exchange of HTTP. What the server says after the end goes nowhere. */
export interface Exchange {
  readonly path: string;
  /** `x-request-id`; probes have none. */
  readonly id: string | undefined;
  /** An answer in one piece. */
  reply(status: number, text: string, over?: Over): void;
  /** Status line of a stream; then pieces, and the end. */
  begin(): void;
  push(text: string): void;
  end(over?: Over): void;
  refuse(): void;
  /** The connection breaks. */
  reset(): void;
  /** The client wants no more of it. */
  leave(): void;
  /** The client's program cuts it, and whoever waits for it there takes that for a broken connection. */
  cut(): void;
  /** Set by the server: to be called where the client's side ends first. */
  onLeft: () => void;
}

/** Called once each, in this order; `over` at once where the answer is whole. */
export interface ExchangeClient {
  answered(answer: Answer): void;
  over(how: Over): void;
}

export function openExchange(path: string, id: string | undefined, client: ExchangeClient): Exchange {
  let body: Body | undefined;
  let isOver = false;

  function finish(how: Over): void {
    isOver = true;
    client.over(how);
  }

  function answer(whole: Answer, how: Over): void {
    if (isOver || body !== undefined) return;
    client.answered(whole);
    finish(how);
  }

  const exchange: Exchange = {
    path,
    id,
    onLeft: () => {},
    reply: (status, text, how = 'answered') => answer({ is: 'whole', status, text }, how),
    refuse: () => answer({ is: 'refused' }, 'refused'),
    begin() {
      if (isOver) return;
      body = createBody(() => exchange.leave());
      client.answered({ is: 'stream', body: body.bytes });
    },
    push: (text) => body?.push(text),
    end(how = 'answered') {
      if (isOver) return;
      body?.end();
      finish(how);
    },
    reset() {
      if (isOver) return;
      if (body === undefined) return answer({ is: 'reset' }, 'broken');
      body.fail();
      finish('broken');
    },
    leave() {
      if (isOver) return;
      body?.fail();
      finish('left');
      exchange.onLeft();
    },
    cut() {
      if (isOver) return;
      exchange.reset();
      exchange.onLeft();
    },
  };
  return exchange;
}
