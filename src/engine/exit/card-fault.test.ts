import { describe, expect, test } from 'bun:test';
import { classifyExit } from './classify.ts';
import { CROWDED_CARD, exitOf, servedUntil } from './evidence.fixture.ts';
import type { ExitEvidence } from './evidence.ts';

const CORE_DEAD = '(APIServer pid=1) vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue.';
const read = (line: string, more: Partial<ExitEvidence> = {}) =>
  classifyExit(servedUntil({ logTail: [CORE_DEAD], kernelLines: [line], pids: [1, 77], ...more }));

const at = (pciBusId: string) => ({ replica: 'light-0', gpu: 1, gpuMemoryUtilization: 0.5, pciBusId });

describe('a card off the bus', () => {
  const LOST = 'NVRM: Xid (PCI:0000:44:00): 79, GPU has fallen off the bus.';

  test('is its own by its address', () => {
    expect(read(LOST, { about: at('00000000:44:00.0') }).cause).toBe('card_lost');
    expect(read(LOST, { about: at('00000000:1A:00.0') }).cause).toBe('engine_core_died');
  });

  test('is its own if it does not answer, and another if it does', () => {
    expect(read(LOST, { card: 'lost' }).cause).toBe('card_lost');
    expect(read(LOST, { card: CROWDED_CARD }).cause).toBe('engine_core_died');
  });

  test('may be its own where nothing tells, and the advice says so', () => {
    expect(read(LOST)).toMatchObject({
      cause: 'card_lost',
      advice: expect.stringContaining('at PCI 0000:44:00, if that is its card: compare `nvidia-smi'),
    });
  });

  test('is not what ended an engine that somebody killed, unless it is surely its own', () => {
    const killed = { code: null, signal: 'SIGKILL', logTail: [] } as const;
    expect(read(LOST, killed).cause).toBe('killed');
    expect(read(LOST, { ...killed, card: 'lost' }).cause).toBe('card_lost');
  });

  test('is told without a number by some drivers', () => {
    expect(read('NVRM: GPU 0000:44:00.0: GPU has fallen off the bus.').cause).toBe('card_lost');
  });

  test('is nothing to an engine without a card', () => {
    expect(read(LOST, { about: { ...at(''), gpu: undefined } }).cause).toBe('engine_core_died');
  });

  test('is told by the engine alone, when it finds no card', () => {
    const logTail = ['RuntimeError: No CUDA GPUs are available'];
    expect(classifyExit(servedUntil({ logTail, about: at('') }))).toMatchObject({
      cause: 'card_lost',
      from: 'log',
      advice: expect.stringContaining('whether `nvidia-smi -L` lists card 1'),
    });
  });
});

describe('bug: a card that the log alone calls lost', () => {
  const logTail = ['(EngineCore pid=9) RuntimeError: No CUDA GPUs are available'];

  test('and that answers is not waited for', () => {
    expect(classifyExit(servedUntil({ logTail, card: CROWDED_CARD }))).toMatchObject({
      cause: 'cuda_fault',
      waitAtLeastMs: 0,
      from: 'log',
      advice: expect.stringContaining('lost card 0, which answers now'),
    });
  });

  test('is lost where it does not answer, or where the engine never had it', () => {
    expect(classifyExit(servedUntil({ logTail, card: 'lost' })).cause).toBe('card_lost');
    expect(classifyExit(servedUntil({ logTail })).cause).toBe('card_lost');
    expect(classifyExit(exitOf({ logTail, card: CROWDED_CARD })).cause).toBe('card_lost');
  });
});

describe('another fault', () => {
  const MMU = (pid: number) =>
    `NVRM: Xid (PCI:0000:1a:00): 31, pid=${pid}, name=python3, channel 0x00000008, MMU Fault: ENGINE GRAPHICS`;

  test('is its own if it is of one of its processes', () => {
    expect(read(MMU(77))).toMatchObject({ cause: 'cuda_fault', from: 'kernel' });
    expect(read(MMU(4242)).cause).toBe('engine_core_died');
  });

  test('of the whole card ends everybody on it', () => {
    const uncontained = "NVRM: Xid (PCI:0000:1a:00): 95, pid='4242', name=python3, Uncontained ECC error";
    expect(read(uncontained, { about: at('00000000:1A:00.0') }).cause).toBe('cuda_fault');
    expect(read(uncontained, { about: at('00000000:44:00.0') }).cause).toBe('engine_core_died');
  });

  test.each([45, 63, 92, 154])('XID %i only reports or follows', (number) => {
    expect(read(`NVRM: Xid (PCI:0000:1a:00): ${number}, pid=77, name=python3, Ch 00000008`).cause).toBe(
      'engine_core_died',
    );
  });

  test('that is certain comes before one that may be', () => {
    const kernelLines = [MMU(77), 'NVRM: Xid (PCI:0000:44:00): 62, 0001 0002'];
    expect(classifyExit(servedUntil({ kernelLines, pids: [77] })).advice).toContain('XID 31');
  });
});
