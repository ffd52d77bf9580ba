import { faultDetail } from './card-fault.ts';
import { cardOf, lessBy, utilizationOf } from './card-memory.ts';
import type { ExitEvidence } from './evidence.ts';
import type { LogSign } from './log-sign.ts';

/** What PyTorch and CUDA say of the card, at any time. */
export const CARD_SIGNS: readonly LogSign[] = [
  {
    cause: 'cuda_out_of_memory',
    sign: /(?:CUDA out of memory|CUDA error: out of memory|CUDA_ERROR_OUT_OF_MEMORY|Cuda failure 'out of memory')(?:.*?Tried to allocate ([\d.]+ [KMG]iB))?(?:.*?total capacity of ([\d.]+ [KMG]iB) of which ([\d.]+ [KMG]iB) is free)?/,
    advice: ([, wanted, total, free], evidence) => outOfMemory(wanted, free, total, evidence),
  },
  {
    cause: 'card_lost',
    sign: /No CUDA GPUs are available|no CUDA-capable device is detected|invalid device ordinal|Failed to infer device type|GPU is lost|fallen off the bus/,
    advice: ([found], evidence) => noCard(found, evidence),
  },
  {
    cause: 'cuda_fault',
    sign: /(?:CUDA error: |CUDA driver error: |Cuda failure |unhandled cuda error)([^\n]*)/,
    advice: ([found, what], evidence) => {
      const driver = faultDetail(evidence) || '; look for XID in `journalctl -k`';
      return `${cardOf(evidence)} reported "${(what === '' ? found : what)?.trim()}"${driver}; if it comes back, reset the card or have it looked at.`;
    },
  },
];

function noCard(words: string, evidence: ExitEvidence): string {
  const { gpu, replica } = evidence.about;
  const found = `It found no card ("${words}")`;
  if (gpu === undefined) return `${found}, and ${replica} has no \`gpu\`; set it, or install a vLLM built for CPUs.`;
  return `${found}; see whether \`nvidia-smi -L\` lists card ${gpu}: if not, reset it or reboot, else correct \`gpu\` of ${replica}.`;
}

/** Sizes as PyTorch writes them: `260.00 MiB`. */
function outOfMemory(
  wanted: string | undefined,
  free: string | undefined,
  total: string | undefined,
  evidence: ExitEvidence,
): string {
  const lackGiB = (gibOf(wanted) ?? 0) - (gibOf(free) ?? 0);
  const to = lowered(lackGiB, gibOf(total), evidence);
  const lower = `lower ${utilizationOf(evidence)}${to === undefined ? '' : ` to ${to.toFixed(2)}`} or of its neighbours, or max-num-seqs`;
  if (wanted === undefined) return `${cardOf(evidence)} ran out of memory; ${lower}.`;
  const there = free === undefined ? '' : `, ${free} of ${total} were free`;
  return `It wanted ${wanted} more of ${cardOf(evidence)}${there}; ${lower}.`;
}

/** The share of the card less what was lacking; with enough free it was fragmentation, of which no share tells. */
function lowered(lackGiB: number, totalGiB: number | undefined, evidence: ExitEvidence): number | undefined {
  const now = evidence.about.gpuMemoryUtilization;
  if (lackGiB <= 0 || totalGiB === undefined || now === undefined) return undefined;
  return lessBy(now, lackGiB, totalGiB);
}

const PER_GIB: Readonly<Record<string, number>> = { KiB: 1_048_576, MiB: 1024, GiB: 1 };

/** `260.00 MiB` → 0.25. */
function gibOf(size: string | undefined): number | undefined {
  const [amount, unit = ''] = size?.split(' ') ?? [];
  const per = PER_GIB[unit];
  return per === undefined ? undefined : Number(amount) / per;
}
