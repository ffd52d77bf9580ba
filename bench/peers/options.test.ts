import { describe, expect, test } from 'bun:test';
import { parseOptions } from './options.ts';
import { allPeers, choosePeers } from './peers.ts';

const parse = (argv: string[], env: Record<string, string> = {}) => parseOptions(argv, env);
const paths = { llamaSwap: undefined, llamactl: undefined, olla: undefined };

describe('the command line', () => {
  test('measures three kinds of load in three rounds unless told otherwise', () => {
    const { plan, only, json } = parse([]);
    expect(plan).toMatchObject({ rounds: 3, windowMs: 3000 });
    expect(plan.points.map((it) => it.concurrency)).toEqual([1, 32, 256, 64, 1024, 1024]);
    expect(plan.points.at(-1)).toEqual({ kind: 'streams', concurrency: 1024, inStep: true });
    expect({ only, json }).toEqual({ only: undefined, json: undefined });
  });

  test('takes rounds, window and names', () => {
    const { plan, only } = parse(['--rounds', '5', '--window-s', '0.5', '--only', 'nginx,smg']);
    expect(plan).toMatchObject({ rounds: 5, windowMs: 500 });
    expect(only).toEqual(['nginx', 'smg']);
  });

  test('takes the path of a peer from a flag before the environment', () => {
    const env = { SSW_BENCH_OLLA: '/a/olla', SSW_BENCH_LLAMACTL: '/a/llamactl' };
    expect(parse(['--olla', '/b/olla'], env).paths).toEqual({
      llamaSwap: undefined,
      llamactl: '/a/llamactl',
      olla: '/b/olla',
    });
  });

  test.each([['--rounds=0'], ['--rounds=1.5'], ['--window-s=0'], ['--window-s=nan'], ['--window-s=61'], ['--what']])(
    'refuses %s',
    (flag) => {
      expect(() => parse([flag])).toThrow();
    },
  );
});

describe('who is measured', () => {
  test('all that are installed, unless some are named', () => {
    const [first, second] = allPeers(paths).map((it, index) =>
      Object.assign({}, it, { executable: index === 0 ? '/x' : undefined }),
    );
    if (first === undefined || second === undefined) throw new Error('there are peers');
    expect(choosePeers([first, second], undefined)).toEqual([first]);
    expect(choosePeers([first, second], [first.name])).toEqual([first]);
    expect(() => choosePeers([first, second], [second.name])).toThrow(`${second.name} is not installed`);
    expect(() => choosePeers([first, second], ['apache'])).toThrow('there is no peer apache');
  });

  test('a given path that leads nowhere is told at once', () => {
    expect(() => allPeers({ ...paths, olla: '/nowhere/olla' })).toThrow('--olla: there is no /nowhere/olla');
  });
});
