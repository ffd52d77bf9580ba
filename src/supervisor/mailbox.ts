/** Takes events one at a time: what is sent while one is taken waits its turn. Empty when the first `send` returns. */
export function createMailbox<Event>(take: (event: Event) => void): (event: Event) => void {
  const waiting: Event[] = [];
  let isTaking = false;

  return (event) => {
    waiting.push(event);
    if (isTaking) return;
    isTaking = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) take(next);
    } finally {
      isTaking = false;
    }
  };
}
