import { expect, test } from 'bun:test';
import { parseEngineMetrics } from '../engine/index.ts';
import { absurdKvTokens, capacityOf, KV_TOKENS_MAX } from './capacity.ts';
import { plan } from './plan.fixture.ts';

const told = (tokens: string) => parseEngineMetrics(`vllm:cache_config_info{kv_cache_size_tokens="${tokens}"} 1.0\n`);
const allowed = 16 * 8192;

test('the KV capacity that an engine tells is believed', () => {
  for (const tokens of [1, 60_000, KV_TOKENS_MAX]) {
    expect(capacityOf(told(`${tokens}`), plan)).toEqual({ kvTokens: tokens, sequencesMax: 16 });
    expect(absurdKvTokens(told(`${tokens}`))).toBeUndefined();
  }
});

test.each(['0', '100000000000000000000', `${KV_TOKENS_MAX + 1}`])('bug: %s tokens are not believed', (tokens) => {
  expect(capacityOf(told(tokens), plan).kvTokens).toBe(allowed);
  expect(absurdKvTokens(told(tokens))).toBe(Number(tokens));
});

test.each(['NaN', '-5', 'None', '1e9'])('bug: %s tells none', (tokens) => {
  expect(capacityOf(told(tokens), plan).kvTokens).toBe(allowed);
  expect(absurdKvTokens(told(tokens))).toBeUndefined();
});
