import type { Rate, TenantLimits } from '../../queue/index.ts';
import { formatDuration } from './duration.ts';

/** OpenAI's six `x-ratelimit-*` headers, those of them whose limit the tenant has. */
export function rateHeaders(rate: Rate | undefined, limits: TenantLimits): Record<string, string> {
  if (rate === undefined) return {};
  const { requestsPerMinute, tokensPerMinute } = limits;
  return {
    ...allowanceHeaders('requests', requestsPerMinute, rate.requests),
    ...allowanceHeaders('tokens', tokensPerMinute, rate.tokens),
  };
}

function allowanceHeaders(
  of: 'requests' | 'tokens',
  perMinute: number | undefined,
  left: Rate['requests'],
): Record<string, string> {
  if (perMinute === undefined || left === undefined) return {};
  return {
    [`x-ratelimit-limit-${of}`]: String(perMinute),
    [`x-ratelimit-remaining-${of}`]: String(Math.max(Math.floor(left.remaining), 0)),
    [`x-ratelimit-reset-${of}`]: formatDuration(left.resetMs),
  };
}
