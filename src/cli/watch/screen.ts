/** What a frame is drawn for. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

// ECMA-48 and xterm's private modes: alternate screen, cursor, synchronised output (ignored where it is not known).
const ESC = '\u001B[';
const ALTERNATE = `${ESC}?1049h`;
const MAIN = `${ESC}?1049l`;
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
const CLEAR = `${ESC}2J`;
const CLEAR_TO_LINE_END = `${ESC}K`;
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/** Written before the first frame. */
export const ENTER_SCREEN = `${ALTERNATE}${HIDE_CURSOR}${CLEAR}`;
/** Written after the last: the terminal is as it was. */
export const LEAVE_SCREEN = `${SHOW_CURSOR}${MAIN}`;
/** Written where nothing of what is on the screen is known any more: it was resized. */
export const CLEAR_SCREEN = CLEAR;

/** What turns one frame into the next: the changed lines and nothing else. Empty where none has changed. */
export function drawChanges(before: readonly string[], after: readonly string[]): string {
  const lines = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => after[index] ?? '');
  const changed = lines.flatMap((line, index) =>
    line === (before[index] ?? '') ? [] : [`${ESC}${index + 1};1H${line}${CLEAR_TO_LINE_END}`],
  );
  return changed.length === 0 ? '' : `${BEGIN_UPDATE}${changed.join('')}${END_UPDATE}`;
}
