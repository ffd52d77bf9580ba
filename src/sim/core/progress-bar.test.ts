import { expect, test } from 'bun:test';
import { barText, bytesText, shardsText } from './progress-bar.ts';

/** Lines of real starts. */
test('a bar looks as tqdm draws it', () => {
  const what = 'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE)';
  expect(barText(what, { done: 0, total: 67, elapsedS: 0 })).toBe(`${what}:   0%|          | 0/67 [00:00<?, ?it/s]`);
  expect(barText(what, { done: 12, total: 67, elapsedS: 1.132 })).toBe(
    `${what}:  17%|█▊        | 12/67 [00:01<00:05, 10.60it/s]`,
  );
  expect(barText(what, { done: 67, total: 67, elapsedS: 6.7 })).toBe(
    `${what}: 100%|██████████| 67/67 [00:06<00:00, 10.00it/s]`,
  );
});

test('shards have a line of their own each', () => {
  expect(shardsText({ done: 5, total: 9, elapsedS: 14.35 })).toBe(
    'Loading safetensors checkpoint shards:  55% Completed | 5/9 [00:14<00:11,  2.87s/it]',
  );
  expect(shardsText({ done: 0, total: 2, elapsedS: 0 })).toBe(
    'Loading safetensors checkpoint shards:   0% Completed | 0/2 [00:00<?, ?it/s]',
  );
});

test('a download counts bytes', () => {
  expect(bytesText('model.safetensors', { done: 2.24e9, total: 4.98e9, elapsedS: 20.7 })).toBe(
    'model.safetensors:  44%|████▍     | 2.24G/4.98G [00:20<00:25, 108MB/s]',
  );
});
