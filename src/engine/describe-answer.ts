import { messageIn } from './error-body.ts';

/** How much of an unexpected answer is told. */
const WORDS_CHARS_MAX = 300;

/** An answer that was not hoped for, in one line: `status 404: The model does not exist.` */
export function describeAnswer(status: number, text: string): string {
  const words = excerpt(messageIn(text) ?? text);
  return words === '' ? `status ${status}` : `status ${status}: ${words}`;
}

/** The beginning of a text that somebody else wrote, fit for a line on a terminal. */
export function excerpt(text: string): string {
  return text
    .slice(0, 4 * WORDS_CHARS_MAX)
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, WORDS_CHARS_MAX);
}
