import { describe, expect, test } from 'bun:test';
import { Argument, Command, Option } from 'commander';
import { complete } from './candidates.ts';

/** A program that has each kind of thing once. */
const program = new Command('p');
program.command('status').description('how it is').option('-w, --watch', 'go on').option('--config <file>', 'whose');
program.command('logs').argument('[replica]').option('-n, --lines <count>').option('--level <level>');
program.command('swap').argument('<pool>').argument('<model>');
program.command('page').addArgument(new Argument('[name]').choices(['one', 'two']));
program.command('plan').addOption(new Option('--format <as>').choices(['table', 'json']));
const queue = program.command('queue').option('--pool <pool>');
queue.command('cancel').argument('<id>');
queue.command('release').argument('<fingerprint|all>');
program.command('secret', { hidden: true });

const at = (...words: string[]) => {
  const { candidates, ask, prefix } = complete(program, words);
  return { values: candidates.map((it) => it.value), ask, prefix };
};
const only = (...values: string[]) => ({ values, ask: undefined, prefix: '' });

describe('what may stand at the cursor', () => {
  test('first is a command, with its description; hidden ones are not told', () => {
    expect(at('').values).toEqual(['status', 'logs', 'swap', 'page', 'plan', 'queue']);
    expect(complete(program, ['sta']).candidates).toEqual([{ value: 'status', description: 'how it is' }]);
  });
  test('after a dash is an option that was not given yet', () => {
    expect(at('status', '-')).toEqual(only('--watch', '--config', '--help'));
    expect(at('status', '-w', '--')).toEqual(only('--config', '--help'));
    expect(at('status', '--w')).toEqual(only('--watch'));
  });
  test('after an option is its value, by the name it is declared with', () => {
    expect(at('status', '--config', '')).toEqual({ ...only(), ask: 'files' });
    expect(at('queue', '--pool', 'he')).toEqual({ ...only(), ask: 'pools' });
    expect(at('plan', '--format', '')).toEqual(only('table', 'json'));
    expect(at('logs', '--lines', '')).toEqual(only());
  });
  test('after its = too, with all that stands before it', () => {
    expect(at('plan', '--format=j')).toEqual({ values: ['json'], ask: undefined, prefix: '--format=' });
    expect(at('queue', '--pool=')).toEqual({ values: [], ask: 'pools', prefix: '--pool=' });
  });
  test('after the = that bash makes a word of its own', () => {
    expect(at('plan', '--format', '=', 'j')).toEqual(only('json'));
  });
  test('is an argument, one after the other', () => {
    expect(at('logs', '')).toEqual({ ...only(), ask: 'replicas' });
    expect(at('logs', '-n', '5', 'h')).toEqual({ ...only(), ask: 'replicas' });
    expect(at('swap', '')).toEqual({ ...only(), ask: 'pools' });
    expect(at('swap', 'heavy', '')).toEqual(only());
    expect(at('page', 't')).toEqual(only('two'));
    expect(at('page', 'two', '')).toEqual(only());
  });
  test('is a command below a command, and what it names itself', () => {
    expect(at('queue', '')).toEqual(only('cancel', 'release'));
    expect(at('queue', 'release', '')).toEqual(only('all'));
  });
  test('after -- is no option', () => {
    expect(at('logs', '--', '-')).toEqual({ ...only(), ask: 'replicas' });
  });
  test('of a line that is wrong is nothing, not a failure', () => {
    expect(at('nothing', 'x', '')).toEqual(only());
    expect(at('status', '--unknown=')).toEqual(only());
    expect(complete(program, [])).toMatchObject({ ask: undefined });
  });
});
