import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { BINARY, FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.url();
});
afterAll(() => node[Symbol.asyncDispose]());

const ENTERED = '\u001B[?1049h\u001B[?25l';
const LEFT = '\u001B[?25h\u001B[?1049l';

/** A shell on a terminal of its own, in which the screen is watched; it tells the terminal's settings before and after. */
function watching(columns: number, rows: number) {
  const decoder = new TextDecoder();
  let shown = '';
  const script = `stty -g; '${BINARY}' status --watch --interval 0.2 --config '${node.configFile}'; echo "code $?"; stty -g`;
  const shell = Bun.spawn(['sh', '-c', script], {
    cwd: node.directory,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm' },
    terminal: { cols: columns, rows, data: (_, piece) => void (shown += decoder.decode(piece, { stream: true })) },
  });
  const terminal = shell.terminal;
  if (terminal === undefined) throw new Error('no terminal');
  const shows = (text: string) => until(`the screen shows ${text}`, () => shown.includes(text));
  return { shell, terminal, shown: () => shown, clear: () => (shown = ''), shows };
}

/** Of the watching program, below the shell. */
function watcher(shell: number): number {
  const found = Bun.spawnSync(['pgrep', '-P', String(shell)])
    .stdout.toString()
    .trim();
  if (!/^\d+$/.test(found)) throw new Error(`not one child of ${shell}: ${found}`);
  return Number(found);
}

/** Settings before, how it ended, settings after. */
const ending = (shown: string) =>
  `${shown.slice(0, shown.indexOf(ENTERED))}${shown.slice(shown.lastIndexOf(LEFT) + LEFT.length)}`.trim().split('\r\n');

describe('status --watch', () => {
  const ways: [string, (it: ReturnType<typeof watching>) => void][] = [
    ['q', ({ terminal }) => terminal.write('q')],
    ['Ctrl-C', ({ terminal }) => terminal.write('\u0003')],
    ['SIGTERM', ({ shell }) => process.kill(watcher(shell.pid), 'SIGTERM')],
    ['SIGHUP', ({ shell }) => process.kill(watcher(shell.pid), 'SIGHUP')],
  ];
  test.each(ways)('ended by %s leaves the terminal as it was', async (_, end) => {
    const it = watching(100, 24);
    await it.shows('light-1');
    expect(it.shown()).toContain(ENTERED);
    end(it);
    expect(await it.shell.exited).toBe(0);
    await it.shows(LEFT);
    const [before, code, after] = ending(it.shown());
    expect({ code, after }).toEqual({ code: 'code 0', after: before });
  });

  test('writes what changed and nothing else, and all of it after a resize', async () => {
    await node.allReady();
    const it = watching(100, 24);
    await it.shows('light-1');
    it.clear();
    await until('ages went on', () => it.shown().includes('heavy-0'));
    expect(it.shown()).not.toContain('\u001B[2J');
    expect(it.shown()).not.toContain('REPLICA'); // its row does not change
    it.clear();
    it.terminal.resize(60, 8);
    await it.shows('more lines');
    expect(it.shown()).toContain('\u001B[2J');
    expect(it.shown()).toContain('POOL');
    it.terminal.write('q');
    await it.shell.exited;
  });

  test('in a pipe is refused, with what to take instead', async () => {
    const { code, out, err } = await node.command('status', '--watch');
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain('--watch --json');
  });
});
