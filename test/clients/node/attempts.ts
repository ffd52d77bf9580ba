/** `fetch` that counts, and remembers the headers of the last answer. */
export function countingFetch() {
  const seen = { attempts: 0, headers: new Headers() };
  const count = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    seen.attempts += 1;
    const response = await fetch(input, init);
    seen.headers = response.headers;
    return response;
  };
  return { seen, fetch: count };
}

/** More than any limit of the server under test lets through at once. */
const TRIES_MAX = 200;

/** Does `one` until it is refused as `isRefusal` says; answers the refusal. */
export async function untilRefused<Refusal>(
  one: () => Promise<unknown>,
  isRefusal: (error: unknown) => error is Refusal,
): Promise<Refusal> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const error = await one().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (isRefusal(error)) return error;
  }
  throw new Error(`not refused in ${TRIES_MAX} tries`);
}
