import { MIB } from '../card/bytes.ts';
import { hostCards, type HostCards } from '../card/host-cards.ts';
import { readHoldings, type Counted } from '../card/ledger.ts';
import type { Question } from './question.ts';
import {
  CARD_COLUMNS,
  isCalled,
  PROCESS_COLUMNS,
  tableOf,
  unknownField,
  type CardRow,
  type ProcessRow,
} from './table.ts';

/** What `nvidia-smi` prints and exits with; `never`: it hangs. */
export type Answer = { readonly code: number; readonly says: string } | 'never';

/** Its exit codes (nvidia-smi(1), "RETURN VALUE"). */
export const EXIT_INVALID_ARGUMENT = 2;
const EXIT_NOT_FOUND = 6;
const EXIT_NO_DRIVER = 9;
const EXIT_CARD_LOST = 15;

const NO_DRIVER =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n";

/** Answers from the ledger. */
export function answer(question: Question, ledger: string): Answer {
  const host = hostCards(ledger);
  if (host.nvidiaSmi === 'hangs') return 'never';
  if (host.nvidiaSmi === 'no_driver') return { code: EXIT_NO_DRIVER, says: NO_DRIVER };
  const { fields, about } = question;
  const unknown = about === 'cards' ? unknownField(fields, CARD_COLUMNS) : unknownField(fields, PROCESS_COLUMNS);
  if (unknown !== undefined) {
    return { code: EXIT_INVALID_ARGUMENT, says: `Field "${unknown}" is not a valid field to query.\n\n` };
  }
  const holdings = readHoldings(ledger);
  const asked = cardRows(question, host, holdings);
  if (asked.length === 0) return { code: EXIT_NOT_FOUND, says: 'No devices were found\n' };
  const lost = asked.find(({ index }) => host.lost.includes(index));
  if (lost !== undefined) return { code: EXIT_CARD_LOST, says: lostText(lost) };
  if (about === 'cards') return { code: 0, says: tableOf(asked, question, CARD_COLUMNS) };
  return { code: 0, says: tableOf(processRows(asked, holdings), question, PROCESS_COLUMNS) };
}

const lostText = ({ index }: CardRow): string =>
  `Unable to determine the device handle for GPU${index}: ${CARD_COLUMNS['pci.bus_id']?.of({ index, totalMib: 0, usedMib: 0 })}: GPU is lost.  Reboot the system to recover this GPU\n`;

function cardRows({ card, cardMib }: Question, host: HostCards, holdings: readonly Counted[]): readonly CardRow[] {
  const row = (index: number): CardRow => {
    const here = holdings.filter((holding) => holding.card === index);
    const heldMib = here.reduce((sum, { bytes }) => sum + mibOf(bytes), 0);
    const usedMib = host.nvidiaSmi === 'not_available' ? undefined : heldMib;
    return { index, totalMib: cardMib ?? host.mib, usedMib };
  };
  const all = Array.from({ length: host.count }, (_, index) => row(index));
  return card === undefined ? all : all.filter((it) => isCalled(it, card));
}

/** What a driver keeps of a dead process is used, by nobody. */
function processRows(cards: readonly CardRow[], holdings: readonly Counted[]): readonly ProcessRow[] {
  return cards.flatMap((card) =>
    holdings
      .filter((holding) => holding.card === card.index && holding.owner === 'lives')
      .map((holding) => ({ card, holding, usedMib: card.usedMib === undefined ? undefined : mibOf(holding.bytes) })),
  );
}

const mibOf = (bytes: number): number => Math.ceil(bytes / MIB);
