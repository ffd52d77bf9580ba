import type { CoreStats } from '../core/messages.ts';
import type { EngineLog } from '../log.ts';

/** vLLM's default `VLLM_LOG_STATS_INTERVAL`. */
const INTERVAL_S = 10;

/** Writes vLLM's line of throughput every ten seconds, unless nothing happened in them. */
export function logThroughput(log: EngineLog, statsNow: () => CoreStats): void {
  let before = statsNow();
  setInterval(() => {
    const stats = statsNow();
    if (stats.steps === before.steps) return;
    const perS = (name: 'promptTokens' | 'generatedTokens') => ((stats[name] - before[name]) / INTERVAL_S).toFixed(1);
    const queue = `Running: ${stats.running} reqs, Waiting: ${stats.waiting} reqs`;
    log.info(
      'loggers.py:250',
      `Engine 000: Avg prompt throughput: ${perS('promptTokens')} tokens/s, Avg generation throughput: ${perS('generatedTokens')} tokens/s, ${queue}, GPU KV cache usage: ${(stats.kvUsage * 100).toFixed(1)}%, Prefix cache hit rate: 0.0%`,
    );
    before = stats;
  }, INTERVAL_S * 1000);
}
