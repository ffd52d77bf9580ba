import { TIME_TO_FIRST_TOKEN_S, REQUEST_S, INTER_TOKEN_S, OVERHEAD_S, PROBE_S } from './buckets.ts';
import type { SeriesMaker } from './series-maker.ts';

/** Requests from their first byte to their last, and what was found in them. */
export function requestSeries({ counter, gauge, histogram }: SeriesMaker) {
  return {
    requests: counter('requests_total', 'Requests by how they ended.', ['pool', 'outcome']),
    requestDurationSeconds: histogram('request_duration_seconds', 'Request in to last byte out.', REQUEST_S, ['pool']),
    timeToFirstTokenSeconds: histogram(
      'time_to_first_token_seconds',
      'Request in to first body byte.',
      TIME_TO_FIRST_TOKEN_S,
      ['pool'],
    ),
    interTokenLatencySeconds: histogram(
      'inter_token_latency_seconds',
      'Mean time between chunks of one stream.',
      INTER_TOKEN_S,
      ['pool'],
    ),
    fallbacks: counter('fallbacks_total', 'Requests that another pool took over.', ['pool', 'to']),
    guardrailMatches: counter('guardrail_matches_total', 'Requests and answers that a guardrail rule found.', [
      'rule',
      'action',
      'on',
    ]),
    guardrailHook: counter('guardrail_hook_total', 'Requests by what the guardrail service said of them.', ['result']),
    guardrailHookSeconds: histogram(
      'guardrail_hook_seconds',
      'Time that the guardrail service took to say so.',
      PROBE_S,
    ),
    tokens: counter('tokens_total', 'Tokens that engines reported; of a stream cut before that, its events.', [
      'tenant',
      'pool',
      'kind',
    ]),
    gatewayOverheadSeconds: histogram(
      'gateway_overhead_seconds',
      'Time in this process before the engine was asked, waiting in line excluded.',
      OVERHEAD_S,
      ['pool'],
    ),
    keyRefusals: counter('key_refusals_total', 'Requests turned away for their API key.', ['reason']),
    keysAccepted: gauge('keys_accepted', 'API keys that are let in now.'),
    keysLoad: counter('keys_load_total', 'Readings of changed API keys by result.', ['result']),
    keysStale: gauge('keys_stale', '1 while the API keys cannot be read: those of the last good reading count.'),
  };
}
