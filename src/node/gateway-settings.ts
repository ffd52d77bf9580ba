import type { Config } from '../config/index.ts';
import type { GatewaySettings, KeyPolicy } from '../gateway/index.ts';

/** What a config says of the gateway. */
export function gatewaySettings(config: Config, keys: KeyPolicy): GatewaySettings {
  const { gateway, node, queue, routing, guardrails } = config;
  return {
    ...gateway,
    takesRequests: node.roles.includes('gateway'),
    flushAfterMs: queue.flushAfterMs,
    maxReceivingBytes: queue.maxBodyBytes,
    onRedisDown: queue.onRedisDown,
    routing,
    guardrails,
    tenants: tenantSettings(config),
    keys,
  };
}

/** What a config says of tenants, as the gateway takes it. */
function tenantSettings({ queue, tenants, tenantDefaults }: Config): GatewaySettings['tenants'] {
  return { configured: tenants, defaults: tenantDefaults, queueDepthMax: queue.maxDepth };
}
