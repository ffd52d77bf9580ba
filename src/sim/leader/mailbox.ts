/** Why a sequence gets no more tokens: it is complete, or everything was ended from outside. */
export type Ending = 'complete' | 'abort' | 'error';

/** News of one choice since the last time. */
export interface Progress {
  readonly choice: number;
  readonly tokens: number;
  readonly ended: Ending | undefined;
}

/** News of one request's choices, merged until its reader comes: a slow reader gets fewer, longer chunks. */
export interface Mailbox {
  put(news: Progress): void;
  /** One choice gets no more news. */
  close(): 'closed' | 'open';
  /** Waits for news; empty when every choice is closed and told. */
  take(): Promise<readonly Progress[]>;
}

export function createMailbox(choices: number): Mailbox {
  const news = new Map<number, Progress>();
  let open = choices;
  let wake: (() => void) | undefined;
  return {
    put({ choice, tokens, ended }) {
      news.set(choice, { choice, tokens: (news.get(choice)?.tokens ?? 0) + tokens, ended });
      wake?.();
    },
    close() {
      open -= 1;
      wake?.();
      return open === 0 ? 'closed' : 'open';
    },
    async take() {
      if (news.size === 0 && open > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const taken = [...news.values()];
      news.clear();
      return taken;
    },
  };
}
