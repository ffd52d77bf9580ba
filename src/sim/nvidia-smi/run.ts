import { writeSync } from 'node:fs';
import { LEDGER_VARIABLE } from '../card/ledger.ts';
import { answer, EXIT_INVALID_ARGUMENT } from './answer.ts';
import { questionOf } from './question.ts';

const STDOUT = 1;
const STDERR = 2;

/** Longer than anybody waits; a forgotten one ends by itself. */
const HANG_MS = 600_000;

/** Stands in for `nvidia-smi`. It runs at each start of a replica, so it imports little. Returns the exit code. */
export async function runNvidiaSmi(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const question = questionOf(argv);
  if (question === undefined) {
    writeSync(STDOUT, "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\n");
    return EXIT_INVALID_ARGUMENT;
  }
  const ledger = question.ledger ?? environment[LEDGER_VARIABLE];
  if (ledger === undefined) {
    writeSync(STDERR, `name the ledger: --sim-card-ledger DIR, or ${LEDGER_VARIABLE}\n`);
    return EXIT_INVALID_ARGUMENT;
  }
  const answered = answer(question, ledger);
  if (answered === 'never') return hang();
  writeSync(STDOUT, answered.says);
  return answered.code;
}

/** As one that waits for a wedged driver does, it takes no SIGTERM. */
async function hang(): Promise<number> {
  process.on('SIGTERM', () => {});
  await Bun.sleep(HANG_MS);
  return 1;
}
