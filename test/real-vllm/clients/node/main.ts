// Runs cases against a server with the official SDK: `node main.mjs CASE...`. One line of JSON per case on stdout.
// It is built for Node (`bun build --target node`) and runs under Node and Bun alike.
import { cancelCases } from './cancel.ts';
import { errorCases } from './errors.ts';
import type { Case } from './setting.ts';
import { shapedCases } from './shaped.ts';
import { textCases } from './text.ts';

const cases: Readonly<Record<string, Case>> = { ...textCases, ...shapedCases, ...errorCases, ...cancelCases };

for (const name of process.argv.slice(2)) {
  const failure = await fate(cases[name]);
  process.stdout.write(`${JSON.stringify({ case: name, failure })}\n`);
}

/** Why the case failed, or null. */
async function fate(run: Case | undefined): Promise<string | null> {
  if (run === undefined) return 'there is no such case';
  return run().then(
    () => null,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
}
