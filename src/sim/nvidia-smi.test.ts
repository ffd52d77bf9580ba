import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { writeHolding } from './card/ledger.ts';
import { startTicksOf } from './card/process-identity.ts';
import { testCard } from './fixtures/card.ts';
import { isAlive, PROGRAM, until } from './fixtures/engine.ts';

const card = testCard();
const MIB = 2 ** 20;

/** This test's own process on a card. */
const hold = (index: number, mib: number) => {
  const identity = { pid: process.pid, startTicks: startTicksOf('self') ?? 0, name: 'VLLM::EngineCore' };
  writeHolding(card.ledger(), { ...identity, card: index, bytes: mib * MIB, keepMs: 0 });
};

const { SIGTERM } = constants.signals;

/** Whether a process has a handler for a signal (`SigCgt` of proc_pid_status(5)). */
function catches(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s+([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

const CSV = '--format=csv,noheader,nounits';

describe('cards', () => {
  test('are read as programs read them', () => {
    hold(1, 9000);
    expect(card.nvidiaSmi('--query-gpu=index,memory.total,memory.used,memory.free', CSV, '-i', '1')).toEqual({
      code: 0,
      out: '1, 46068, 9000, 37068\n',
    });
    expect(card.nvidiaSmi('--query-gpu=memory.used', CSV, '--id=0').out).toBe('0\n');
  });

  test('have a header and units unless told otherwise, and say that they are simulated', () => {
    expect(card.nvidiaSmi('--query-gpu=name,memory.total,power.draw', '--format=csv', '-i', '0').out).toBe(
      'name, memory.total [MiB], power.draw [W]\nNVIDIA A40 (simulated by ssw-infer), 46068 MiB, 30.00 W\n',
    );
  });

  test('are all listed, or called by index, UUID or bus id', () => {
    card.describe({ count: 2, mib: 24_576 });
    const all = card.nvidiaSmi('--query-gpu=index,uuid,pci.bus_id,memory.total', CSV).out.trimEnd().split('\n');
    expect(all.map((line) => line.split(', ')[3])).toEqual(['24576', '24576']);
    for (const id of all[1]?.split(', ').slice(0, 3) ?? [])
      expect(card.nvidiaSmi('--query-gpu=index', CSV, '-i', id).out).toBe('1\n');
    expect(card.nvidiaSmi('--query-gpu=index', CSV, '-i', '2')).toEqual({ code: 6, out: 'No devices were found\n' });
  });

  test('know every field that the supervisor may ask for', () => {
    const fields =
      'index,name,uuid,pci.bus_id,memory.total,memory.used,memory.free,memory.reserved,utilization.gpu,temperature.gpu,power.draw,driver_version';
    const { code, out } = card.nvidiaSmi(`--query-gpu=${fields}`, CSV, '-i', '0');
    expect([code, out.trimEnd().split(', ').length]).toEqual([0, fields.split(',').length]);
  });
});

test('processes are listed with their card and what they hold', () => {
  hold(0, 512);
  expect(
    card.nvidiaSmi('--query-compute-apps=pid,process_name,used_memory,gpu_bus_id', '--format=csv,noheader').out,
  ).toBe(`${process.pid}, VLLM::EngineCore, 512 MiB, 00000000:01:00.0\n`);
  expect(card.nvidiaSmi('--query-compute-apps=pid', CSV, '-i', '1')).toEqual({ code: 0, out: '' });
});

describe('refusals', () => {
  test.each([
    [['--query-gpu=name'], 'Invalid combination of input arguments.'],
    [['--gpu-reset', '-i', '0'], 'Invalid combination of input arguments.'],
    [['--query-gpu=name', '--format=json'], 'Invalid combination of input arguments.'],
    [['--query-gpu=colour', CSV], 'Field "colour" is not a valid field to query.'],
    [['--query-compute-apps=memory.used', CSV], 'Field "memory.used" is not a valid field to query.'],
  ])('%j', (argv, words) => {
    const { code, out } = card.nvidiaSmi(...argv);
    expect([code, out.slice(0, words.length)]).toEqual([2, words]);
  });
});

describe('faults, by cards.json in the ledger', () => {
  test('memory that the driver does not tell', () => {
    card.describe({ nvidia_smi: 'not_available' });
    hold(0, 512);
    expect(card.nvidiaSmi('--query-gpu=index,memory.total,memory.used,memory.free', CSV, '-i', '0').out).toBe(
      '0, [N/A], [N/A], [N/A]\n',
    );
    expect(card.nvidiaSmi('--query-compute-apps=pid,used_memory', CSV).out).toBe(`${process.pid}, [N/A]\n`);
  });

  test('a lost card', () => {
    card.describe({ lost: [0] });
    const { code, out } = card.nvidiaSmi('--query-gpu=memory.used', CSV, '-i', '0');
    expect([code, out]).toEqual([
      15,
      'Unable to determine the device handle for GPU0: 00000000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n',
    ]);
    expect(card.nvidiaSmi('--query-gpu=memory.used', CSV, '-i', '1').code).toBe(0);
  });

  test('no driver', () => {
    card.describe({ nvidia_smi: 'no_driver' });
    expect(card.nvidiaSmi('--query-gpu=memory.used', CSV)).toMatchObject({ code: 9 });
  });

  test('a tool that hangs and takes no SIGTERM', async () => {
    card.describe({ nvidia_smi: 'hangs' });
    const argv = [...PROGRAM, 'sim-engine', 'nvidia-smi', '--sim-card-ledger', card.ledger(), '--query-gpu=name', CSV];
    await using child = Bun.spawn(argv, { stdout: 'pipe' });
    await until(() => catches(child.pid, SIGTERM)); // from its hang on
    child.kill('SIGTERM');
    card.describe({});
    expect(card.nvidiaSmi('--query-gpu=index', CSV, '-i', '0').out).toBe('0\n'); // another one's whole run
    expect(isAlive(child.pid)).toBe(true);
    child.kill('SIGKILL');
    await child.exited;
  });
});
