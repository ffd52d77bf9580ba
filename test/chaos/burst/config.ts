export const POOL = 'chat';
export const TENANT_HEADER = 'x-tenant';

/** What four of these engines do together, with the requests of `load.ts`; measured. Requests a second. */
export const CAPACITY_PER_SECOND = 55;

const REPLICAS = 4;
const KV_TOKENS = 40_000;
const DEPTH_MAX = 20_000;

const SECTIONS = {
  gateway: { port: 0, tenant_header: TENANT_HEADER },
  pools: {
    [POOL]: {
      model: 'sim/chat-8b',
      max_model_len: 4096,
      args: { 'sim-start-s': 0.5, 'sim-kv-tokens': KV_TOKENS, 'sim-prefill-tokens-per-s': 8000 },
    },
  },
  replicas: Array.from({ length: REPLICAS }, (_, index) => ({ name: `chat-${index}`, pool: POOL, gpu: index })),
  queue: { max_depth: DEPTH_MAX, max_wait_s: 900, quantum_tokens: 1024 },
  tenant_defaults: { queue_share: 1 },
};

/** Four simulated replicas of one pool, and a line that takes the whole burst. */
export const CONFIG = Object.entries(SECTIONS)
  .map(([name, section]) => `\n${name}: ${JSON.stringify(section)}`)
  .join('');
