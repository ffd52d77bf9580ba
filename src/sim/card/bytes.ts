export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** As vLLM prints memory: `23.39`, `23.0` (`format_gib`, vllm/utils/mem_utils.py:30, 0.32.0). */
export function gibText(bytes: number): string {
  const rounded = Math.round((bytes / GIB) * 100) / 100;
  return Number.isInteger(rounded) ? `${rounded}.0` : `${rounded}`;
}
