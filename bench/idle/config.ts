/** Replicas a card, as in the shipped config. */
const PER_CARD = 2;
const CARD_SHARE = 0.45;

/** So many replicas, with the limits that are shipped. */
export function configOf(replicas: number): object {
  return {
    pools: { bench: { model: 'sim/bench', max_model_len: 4096, args: { 'sim-start-s': 0.2 } } },
    replicas: Array.from({ length: replicas }, (_, index) => ({
      name: `bench-${index}`,
      pool: 'bench',
      gpu: Math.floor(index / PER_CARD),
      gpu_memory_utilization: CARD_SHARE,
    })),
    engine: { kind: 'sim' },
  };
}
