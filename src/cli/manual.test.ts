import { describe, expect, test } from 'bun:test';
import { createProgram } from './program.ts';
import { formatManual } from './manual.ts';

const program = createProgram({ out: () => undefined, err: () => undefined, columns: undefined }, () => undefined);
const page = formatManual(program, '1.2.3');

describe('the manual', () => {
  test('has each command and each of its options', () => {
    for (const command of program.commands.filter((it) => it.name() !== 'complete')) {
      expect(page).toContain(`.SS ${command.name().replaceAll('-', '\\-')}`);
      for (const option of command.options) expect(page).toContain(`.B ${option.flags.replaceAll('-', '\\-')}`);
    }
  });
  test('has each exit code', () => {
    const codes = [...page.matchAll(/^\.B (\d+)$/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([0, 1, 64, 69, 75, 77, 78]);
  });
  test('has no line that roff would take for a request of its own, and no control character', () => {
    const requests = page.split('\n').filter((it) => /^[.']/.test(it));
    expect(requests.filter((it) => !/^\.(TH|SH|SS|TP|B|I)( |$)/.test(it))).toEqual([]);
    expect(page.match(/[^\n\u0020-\u007E]/g)).toBeNull();
  });
  test('tells nothing that is hidden', () => {
    expect(page).not.toContain('.SS complete');
  });
});
