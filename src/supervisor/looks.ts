/** Who waits for a state to be something. */
export interface Looks<State> {
  /** Answers as soon as `look` does: at once, or when a later state is shown. */
  until<Answer>(look: (state: State) => Answer | undefined): Promise<Answer>;
  /** Lets everybody who waits look at the state of now. */
  show(): void;
}

export function createLooks<State>(state: () => State): Looks<State> {
  const waiting = new Set<() => void>();
  return {
    until: (look) =>
      new Promise((resolve) => {
        const again = (): void => {
          const answer = look(state());
          if (answer === undefined) return;
          waiting.delete(again);
          resolve(answer);
        };
        waiting.add(again);
        again();
      }),
    show() {
      for (const again of waiting) again();
    },
  };
}
