/**
 * Memory of cards as PyTorch sees it, in GiB: less than their name says, for the driver keeps some, and where ECC is on it
 * takes a sixteenth. A40: as the L40S, of which nvidia-smi says the same 46068 MiB (github.com/guqiong96/Lvllm/issues/35 and
 * vllm-project/vllm#15815, which has 44.42; 44.34 to 44.47 in others). L4: 22.03, RTX 4090: 23.64
 * (github.com/3DTopia/Phidias-Diffusion/issues/8), RTX 3090: 23.58 (vllm#10517), A100: 79.25, H100: 79.19 (recorded.fixture.ts).
 */
export const KNOWN_CARDS_GIB: Readonly<Record<string, number>> = {
  A40: 44.4,
  L40S: 44.4,
  L4: 22.03,
  'RTX-3090': 23.58,
  'RTX-4090': 23.64,
  'A100-80GB': 79.25,
  'H100-80GB': 79.19,
};

/** The card of the shipped config: assumed where none can be read and none is named. */
export const SHIPPED_CARD = 'A40';
