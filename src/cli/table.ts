/** Narrower than this no column is made. */
const CELL_CHARACTERS_MIN = 6;

const GAP = '  ';

/**
 * Lines up cells in columns, two spaces apart. Where that is wider than the screen, the widest columns are narrowed, so that
 * every column is still seen; what is too wide even then is cut at the screen's edge.
 */
export function formatTable(table: readonly (readonly string[])[], columns: number | undefined): string {
  const rows = table.map((row) => row.map(plain));
  const widths = fitWidths(natural(rows), columns);
  return rows
    .map((row) => row.map((cell, index) => cut(cell, widths[index] ?? 0).padEnd(widths[index] ?? 0)))
    .map((cells) => cells.join(GAP).trimEnd())
    .map((line) => (columns === undefined ? line : cut(line, columns)))
    .join('\n');
}

/** One line without control characters: what an engine or a client wrote must not move a cursor. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

/** The text, or as much of it as fits with a mark that there is more. */
export function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

function natural(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return widths;
}

/** Takes a character from the widest column until all fit; from the first one last, which says whose row it is. */
function fitWidths(widths: readonly number[], columns: number | undefined): readonly number[] {
  if (columns === undefined) return widths;
  const fitted = [...widths];
  let total = fitted.reduce((sum, it) => sum + it, 0) + GAP.length * Math.max(0, fitted.length - 1);
  while (total > columns) {
    const widest = Math.max(0, ...fitted.slice(1));
    const isOnlyFirst = widest <= CELL_CHARACTERS_MIN;
    const width = isOnlyFirst ? (fitted[0] ?? 0) : widest;
    if (width <= CELL_CHARACTERS_MIN) break;
    fitted[isOnlyFirst ? 0 : fitted.indexOf(widest, 1)] = width - 1;
    total -= 1;
  }
  return fitted;
}
