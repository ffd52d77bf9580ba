import { expect, test } from 'bun:test';
import { writeFlags } from './flags.ts';

test('each kind of value is written as argparse takes it', () => {
  expect(
    writeFlags({
      'enforce-eager': true,
      'enable-prefix-caching': false,
      'max-num-seqs': 8,
      dtype: 'bfloat16',
      'compilation-config': { mode: 3, pass_config: { fuse: true } },
      'kv-cache-dtype': undefined,
    }),
  ).toEqual([
    '--enforce-eager',
    '--no-enable-prefix-caching',
    '--max-num-seqs',
    '8',
    '--dtype',
    'bfloat16',
    '--compilation-config',
    '{"mode":3,"pass_config":{"fuse":true}}',
  ]);
});

test('a value that looks like a flag is glued to its own', () => {
  expect(writeFlags({ 'max-model-len': -1 })).toEqual(['--max-model-len=-1']);
});
