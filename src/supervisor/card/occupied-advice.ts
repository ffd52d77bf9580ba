import { holdovers, neededMiB, type CardLook, type CardWant } from './memory-proof.ts';
import type { CardProcess } from './reading.ts';

const MIB_PER_GIB = 1024;

/** vLLM's own CUDA context: it exists, and is not free, when vLLM looks at the card (vllm v1/worker/gpu_worker.py). */
const CUDA_CONTEXT_MIB = 512;

/** Processes that are named; of more, only how many. */
const NAMED_MAX = 4;

/** One line for the operator: what is missing on a card, who has it, and what to do. */
export function occupiedAdvice(card: CardLook, want: CardWant, waitMs: number): string {
  const place = `card ${want.gpu} within ${waitMs / 1000} s`;
  const former = holdovers(card, want);
  if (former.length > 0) {
    return `needs ${place} without ${name(former)}, of an engine that has ended, which the driver still lists; if no such process runs, reset the card or reboot the host`;
  }
  const needed = neededMiB(card, want);
  if (card.freeMiB >= needed) {
    return `needs the memory of ${place} to stop changing: ${gib(card.freeMiB)} are free and more comes back; held by ${name(card.processes)}; wait for what ends there`;
  }
  return `needs ${gib(needed)} free on ${place}, ${gib(card.freeMiB)} are; held by ${name(card.processes)}; stop it or lower gpu_memory_utilization of ${want.replica}${suggestion(card)}`;
}

/** The highest utilization that the card would admit now, in hundredths. */
function suggestion({ freeMiB, totalMiB }: CardLook): string {
  const hundredths = Math.floor(((freeMiB - CUDA_CONTEXT_MIB) / totalMiB) * 100);
  return hundredths > 0 ? ` to ${(hundredths / 100).toFixed(2)}` : '';
}

function name(processes: readonly CardProcess[]): string {
  if (processes.length === 0) return 'a process that the driver does not list here';
  const named = processes.slice(0, NAMED_MAX).map((it) => `pid ${it.pid} (${words(it)})`);
  const more = processes.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function words({ name: path, usedMiB }: CardProcess): string {
  const program = path.split('/').at(-1) ?? path;
  return usedMiB === undefined ? program : `${program}, ${gib(usedMiB)}`;
}

function gib(mib: number): string {
  return `${(mib / MIB_PER_GIB).toFixed(1)} GiB`;
}
