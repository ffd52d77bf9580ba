import type { Counted } from '../card/ledger.ts';
import type { Question } from './question.ts';

/** One card, with what all processes hold of it. */
export interface CardRow {
  readonly index: number;
  readonly totalMib: number;
  /** `undefined` where the driver does not tell. */
  readonly usedMib: number | undefined;
}

/** One process on a card. */
export interface ProcessRow {
  readonly card: CardRow;
  readonly holding: Counted;
  readonly usedMib: number | undefined;
}

/** What a column shows; `undefined` is `[N/A]`. */
interface Column<Row> {
  readonly unit?: 'MiB' | '%' | 'W';
  readonly of: (row: Row) => string | number | undefined;
}

type Columns<Row> = Readonly<Record<string, Column<Row>>>;

const NAME = 'NVIDIA A40 (simulated by ssw-infer)';
const DRIVER_VERSION = '0.0 (simulated)';

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
const uuidOf = ({ index }: CardRow): string => `GPU-51a00000-0000-4000-8000-${hex(index, 12)}`;
const busIdOf = ({ index }: CardRow): string => `00000000:${hex(index + 1, 2)}:00.0`;
const freeMib = ({ totalMib, usedMib }: CardRow): number | undefined =>
  usedMib === undefined ? undefined : Math.max(0, totalMib - usedMib);
const told = <T>({ usedMib }: CardRow, value: T): T | undefined => (usedMib === undefined ? undefined : value);

/** Of `--query-gpu`, by the names that `nvidia-smi --help-query-gpu` gives. */
export const CARD_COLUMNS: Columns<CardRow> = {
  index: { of: ({ index }) => index },
  name: { of: () => NAME },
  gpu_name: { of: () => NAME },
  uuid: { of: uuidOf },
  gpu_uuid: { of: uuidOf },
  'pci.bus_id': { of: busIdOf },
  gpu_bus_id: { of: busIdOf },
  driver_version: { of: () => DRIVER_VERSION },
  'memory.total': { unit: 'MiB', of: (card) => told(card, card.totalMib) },
  'memory.reserved': { unit: 'MiB', of: (card) => told(card, 0) },
  'memory.used': { unit: 'MiB', of: ({ usedMib }) => usedMib },
  'memory.free': { unit: 'MiB', of: freeMib },
  'utilization.gpu': { unit: '%', of: () => 0 },
  'temperature.gpu': { of: () => 30 },
  'power.draw': { unit: 'W', of: () => '30.00' },
};

/** Of `--query-compute-apps`. */
export const PROCESS_COLUMNS: Columns<ProcessRow> = {
  gpu_name: { of: () => NAME },
  gpu_uuid: { of: ({ card }) => uuidOf(card) },
  gpu_bus_id: { of: ({ card }) => busIdOf(card) },
  pid: { of: ({ holding }) => holding.pid },
  process_name: { of: ({ holding }) => holding.name },
  name: { of: ({ holding }) => holding.name },
  used_gpu_memory: { unit: 'MiB', of: ({ usedMib }) => usedMib },
  used_memory: { unit: 'MiB', of: ({ usedMib }) => usedMib },
};

/** Whether `-i` names this card. */
export const isCalled = (card: CardRow, id: string): boolean =>
  id === String(card.index) || id === uuidOf(card) || id.toUpperCase() === busIdOf(card);

/** A field that `nvidia-smi` does not know. */
export const unknownField = <Row>(names: readonly string[], columns: Columns<Row>): string | undefined =>
  names.find((name) => !Object.hasOwn(columns, name));

/** The lines of an answer; the fields are known to exist. The header keeps its units whatever is asked for. */
export function tableOf<Row>(rows: readonly Row[], { fields, header, units }: Question, columns: Columns<Row>): string {
  const shown = fields.flatMap((name) => (columns[name] === undefined ? [] : [{ name, ...columns[name] }]));
  const title = shown.map(({ name, unit }) => (unit === undefined ? name : `${name} [${unit}]`));
  const cell = (row: Row, { of, unit }: Column<Row>) => {
    const value = of(row);
    if (value === undefined) return '[N/A]';
    return unit === undefined || units === 'left_out' ? `${value}` : `${value} ${unit}`;
  };
  const lines = rows.map((row) => shown.map((column) => cell(row, column)));
  return [...(header === 'shown' ? [title] : []), ...lines].map((cells) => `${cells.join(', ')}\n`).join('');
}
