import { createInterface } from 'node:readline';

/** One thing a user of a client does, with what must come of it; it throws where that does not come. */
export type Case = () => Promise<void>;

/** Runs the case of each line of stdin, one after the other; answers each with a line of JSON. */
export async function serveCases(cases: Readonly<Record<string, Case>>): Promise<void> {
  for await (const name of createInterface({ input: process.stdin })) {
    const failure = await fate(cases[name]);
    process.stdout.write(`${JSON.stringify({ case: name, failure })}\n`);
  }
  process.exit(0); // a client may keep connections
}

/** Why the case failed, or null. */
async function fate(run: Case | undefined): Promise<string | null> {
  if (run === undefined) return 'there is no such case';
  return run().then(
    () => null,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
}
