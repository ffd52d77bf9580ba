/** The one column of words; all others are figures, to the right. */
const TEXT_COLUMN = 1;

/** A table in Markdown, aligned for a terminal too. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => pad(cells, column, width)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column === TEXT_COLUMN ? '-' : ':')).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function pad(cells: readonly string[], column: number, width: number): string {
  const text = cells[column] ?? '';
  return column === TEXT_COLUMN ? text.padEnd(width) : text.padStart(width);
}
