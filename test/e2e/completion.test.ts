import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINARY, FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
/** A folder with the program under its own name. */
let bin: string;
beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), 'ssw-completion-'));
  symlinkSync(BINARY, join(bin, 'ssw-infer'));
  node = await startNode(FAST_REPLICAS + FAST_LIMITS);
  await node.url();
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  rmSync(bin, { recursive: true });
});

async function run(argv: string[]): Promise<string[]> {
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: node.directory, SSW_CONFIG: node.configFile };
  const shell = Bun.spawn(argv, { cwd: node.directory, env, stdout: 'pipe', stderr: 'pipe' });
  const [out, err] = await Promise.all([shell.stdout.text(), shell.stderr.text()]);
  expect(err).toBe('');
  return out.split('\n').filter((it) => it !== '');
}

/** What each shell offers for an unfinished line, sorted. */
const SHELLS: Record<string, (line: string) => Promise<string[]>> = {
  async bash(line) {
    const words = line.split(' ');
    const script = `
      source <(ssw-infer completion bash)
      COMP_WORDS=(${words.map((it) => `'${it}'`).join(' ')}); COMP_CWORD=${words.length - 1}
      _ssw_infer 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await run(['bash', '--norc', '-c', script])).toSorted();
  },
  async fish(line) {
    const script = `source (ssw-infer completion fish | psub); complete -C '${line}'`;
    return (await run(['fish', '--no-config', '-c', script])).map((it) => it.split('\t')[0] ?? '').toSorted();
  },
  /** Its widgets need a terminal; what they would be told is caught instead. */
  async zsh(line) {
    const words = line.split(' ').map((it) => `'${it}'`);
    const script = `
      autoload -U compinit && compinit -D -u
      source <(ssw-infer completion zsh)
      _describe() { print -l -- "\${(@P)\${@[-1]}}" }
      _files() { print -- :files }
      words=(${words.join(' ')}); CURRENT=${words.length}
      _ssw_infer`;
    return (await run(['zsh', '-f', '-c', script])).map((it) => it.split(':')[0] ?? '').toSorted();
  },
};

for (const [shell, offered] of Object.entries(SHELLS)) {
  const isThere = Bun.which(shell) !== null || shell === 'bash';
  describe.if(isThere)(`completion in ${shell}`, () => {
    test('offers commands', async () => {
      expect(await offered('ssw-infer res')).toEqual(['restart', 'resume']);
    });
    test('offers the options of a command', async () => {
      expect(await offered('ssw-infer status --w')).toEqual(['--watch']);
    });
    test('offers replicas and pools of the running node', async () => {
      expect(await offered('ssw-infer restart ')).toEqual(['heavy-0', 'heavy-1', 'light-0', 'light-1']);
      expect(await offered('ssw-infer queue --pool h')).toEqual(['heavy']);
    });
  });
}

test('without a node no names are offered, and nothing fails', async () => {
  expect(await run(['ssw-infer', 'complete', '--', 'restart', '--socket', '/none', ''])).toEqual([]);
});
