import { describe, expect, test } from 'bun:test';
import { GIB } from './bytes.ts';
import { planReplica } from './plan-replica.ts';
import { RECORDED_STARTS, type RecordedStart } from './recorded.fixture.ts';
import { modelOf, oneReplica } from './subject.fixture.ts';

/** A share above vLLM's own default is for the whole card alone, so the config would refuse it. */
function planned(start: RecordedStart) {
  const config = oneReplica({ max_model_len: start.maxModelLen, args: start.args ?? {} }, 0.9);
  const [pool, replica] = [config.pools['one'], config.replicas[0]];
  if (pool === undefined || replica === undefined) throw new Error('no subject');
  const own = { ...replica, gpuMemoryUtilization: start.utilization };
  const plan = planReplica(
    { pool, replica: own, model: modelOf(start.shape), env: {}, shareMax: 0.92 },
    start.cardGib * GIB,
  );
  if (plan.memory === undefined) throw new Error(plan.because);
  return { plan, memory: plan.memory };
}

/** Before 0.21 nothing was taken off for CUDA graphs. */
function kvGib(start: RecordedStart): number {
  const { kvBytes, overhead } = planned(start).memory;
  return (kvBytes + (start.countsGraphs ? 0 : overhead.graphBytes)) / GIB;
}

const [FIRST] = RECORDED_STARTS;
if (FIRST === undefined) throw new Error('nothing is recorded');
const LLAMA = FIRST.shape;
const started = RECORDED_STARTS.filter(({ kvTokens }) => kvTokens !== undefined);
const named = (starts: readonly RecordedStart[]) => starts.map((it) => [`${it.name}, ${it.vllm}`, it] as const);

describe('what vLLM said of recorded starts is foretold', () => {
  test.each(named(RECORDED_STARTS))('weights: %s', (_, start) => {
    const errorGib = Math.abs(planned(start).memory.weightsBytes / GIB - start.weightsGib);
    expect(errorGib).toBeLessThan(0.07);
  });

  test.each(named(RECORDED_STARTS))('KV cache, as far off as is said: %s', (_, start) => {
    expect(kvGib(start) - start.kvGib).toBeCloseTo(start.errorGib, 1);
    expect(start.errorGib).toBeLessThan(1); // what `tight` is told from
  });

  test('KV cache: half of them within half a per cent, and the page tells every error', async () => {
    const close = started.filter((it) => Math.abs(kvGib(it) / it.kvGib - 1) < 0.005);
    expect(close.length * 2).toBeGreaterThanOrEqual(started.length);
    const page = (await Bun.file(`${import.meta.dir}/../../docs/capacity.md`).text()).replaceAll(/ +/g, ' ');
    for (const it of RECORDED_STARTS)
      expect(page).toContain(
        `| ${it.name} | ${it.card} | ${it.vllm} | ${it.utilization} | ${it.kvGib} | ${kvGib(it).toFixed(2)} |`,
      );
  });

  test.each(named(started))('bytes of a token: %s', (_, start) => {
    const told = ((start.kvTokens ?? 0) * planned(start).memory.kvBytesPerToken) / GIB;
    expect(Math.abs(told / start.kvGib - 1)).toBeLessThan(0.001); // vLLM writes its GiB with two digits
  });

  test('bytes of a token: vLLM 0.32.0 itself on a CPU, 1 GiB for the tiny model of config/replicas.cpu.yaml', () => {
    // "CPU KV cache size: 2,097,152 tokens, Maximum concurrency for 2,048 tokens per request: 1024.00x"
    const tiny = { layers: 2, hiddenSize: 64, intermediateSize: 128, attentionHeads: 2, kvHeads: 1, headSize: 32 };
    const shape = { ...LLAMA, ...tiny, vocabularySize: 320 };
    const start = { ...FIRST, shape, maxModelLen: 2048, args: { dtype: 'float32', 'kv-cache-memory-bytes': '1G' } };
    expect(planned(start).memory.kvTokens).toBe(2_097_152);
  });

  test('a start that vLLM refused is refused', () => {
    const refused = RECORDED_STARTS.filter(({ kvTokens }) => kvTokens === undefined);
    expect(refused.map((it) => planned(it).plan.verdict)).toEqual(['no']);
  });

  test('and none that vLLM took', () => {
    expect(started.map((it) => planned(it).plan.verdict)).not.toContain('no');
  });
});
