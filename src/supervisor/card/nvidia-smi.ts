import type { Clock } from '../../telemetry/index.ts';
import type { RunTool, ToolEnd } from '../group/tool.ts';
import { MEMORY_FIELDS, parseMemory, parseProcesses, PROCESS_FIELDS } from './nvidia-smi-text.ts';
import type { CardReader, CardReading } from './reading.ts';

/** How long a look at a card may take: `nvidia-smi` hangs where the driver does. */
export const CARD_READ_MS = 5_000;

export interface NvidiaSmiEffects {
  readonly clock: Clock;
  readonly runTool: RunTool;
}

/**
 * Reads cards with `nvidia-smi`, or with what answers like it. For each card there is one process at most: who asks
 * while one runs shares its answer, and until a hung one is gone there is no other.
 */
export function createNvidiaSmi(
  command: readonly [string, ...string[]],
  { clock, runTool }: NvidiaSmiEffects,
): CardReader {
  const running = new Map<number, Promise<CardReading>>();
  const hung = new Set<number>();

  async function ask(gpu: number, query: string, untilMs: number): Promise<ToolEnd> {
    const argv = [...command, '-i', String(gpu), query, '--format=csv,noheader,nounits'] as const;
    const end = await runTool(argv, Math.max(0, untilMs - clock.nowMs()));
    if (end.is === 'cut_off') {
      hung.add(gpu);
      void end.gone.then(() => hung.delete(gpu));
    }
    return end;
  }

  async function look(gpu: number): Promise<CardReading> {
    const untilMs = clock.nowMs() + CARD_READ_MS;
    const memory = await ask(gpu, `--query-gpu=${MEMORY_FIELDS}`, untilMs);
    if (memory.is !== 'exited') return unreadable(memory.because);
    const reading = parseMemory(memory, gpu);
    if (reading.is === 'unreadable') return unreadable(reading.because);
    if (reading.is === 'lost') return reading;
    const processes = await ask(gpu, `--query-compute-apps=${PROCESS_FIELDS}`, untilMs);
    if (processes.is !== 'exited') return unreadable(processes.because);
    return { ...reading, processes: parseProcesses(processes) };
  }

  const unreadable = (because: string): CardReading => ({ is: 'unreadable', because: `${command[0]}: ${because}` });

  return {
    read(gpu) {
      const sharing = running.get(gpu);
      if (sharing !== undefined) return sharing;
      if (hung.has(gpu)) return Promise.resolve(unreadable('an earlier one, which did not answer, is still there'));
      const reading = look(gpu).finally(() => running.delete(gpu));
      running.set(gpu, reading);
      return reading;
    },
  };
}
