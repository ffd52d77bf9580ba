import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { systemClock, type Clock } from '../../telemetry/index.ts';
import { createToolRunner, type RunTool, type ToolEnd } from '../group/tool.ts';
import { CARD_READ_MS, createNvidiaSmi } from './nvidia-smi.ts';
import type { CardReader } from './reading.ts';

/** So much faster does a limit pass in these tests. */
const HURRY = 20;
const hurried: Clock = {
  nowMs: () => systemClock.nowMs() * HURRY,
  after: (delayMs, callback) => systemClock.after(delayMs / HURRY, callback),
};

const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).toReversed()) step();
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ssw-nvidia-smi-'));
  undo.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A reader of what a script under sh answers to its arguments. */
function standIn(script: string, clock: Clock = systemClock): CardReader {
  const path = join(scratch(), 'nvidia-smi');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return createNvidiaSmi([path], { clock, runTool: createToolRunner({ clock, env: { PATH: '/usr/bin:/bin' } }) });
}

const MEMORY = 'echo "1, GPU-1, 46068, 30925, 14489, 00000000:1A:00.0"';
const PROCESSES = 'echo "GPU-1, 4242, /usr/bin/python, 30925"';
const answering = (memory: string, processes: string): string =>
  `case "$*" in *--query-gpu=*) ${memory} ;; *) ${processes} ;; esac`;

describe('nvidia-smi', () => {
  test('is asked for the memory of one card and who holds it', async () => {
    expect(await standIn(answering(MEMORY, PROCESSES)).read(1)).toEqual({
      is: 'read',
      totalMiB: 45_414,
      freeMiB: 14_489,
      pciBusId: '00000000:1A:00.0',
      processes: [{ pid: 4242, name: '/usr/bin/python', usedMiB: 30_925 }],
    });
  });

  test('gets these arguments', async () => {
    const asked = join(scratch(), 'asked');
    await standIn(`echo "$*" >>${asked}; ${answering(MEMORY, PROCESSES)}`).read(1);
    expect(readFileSync(asked, 'utf8').trim().split('\n')).toEqual([
      '-i 1 --query-gpu=index,uuid,memory.total,memory.used,memory.free,pci.bus_id --format=csv,noheader,nounits',
      '-i 1 --query-compute-apps=gpu_uuid,pid,process_name,used_memory --format=csv,noheader,nounits',
    ]);
  });

  test('that tells memory but not who holds it is good enough', async () => {
    const refused = 'echo "Insufficient Permissions" >&2; exit 4';
    expect(await standIn(answering(MEMORY, refused)).read(1)).toMatchObject({ is: 'read', processes: [] });
  });

  test('that does not know the card says that it is lost', async () => {
    expect(await standIn('echo "No devices were found"; exit 6').read(1)).toEqual({
      is: 'lost',
      because: 'No devices were found',
    });
  });

  test.each([
    ['echo "1, GPU-1, [N/A], [N/A], [N/A]"', 'no memory of card 1 in its answer (code 0): 1, GPU-1, [N/A]'],
    ['echo Segmentation fault >&2; exit 139', 'no memory of card 1 in its answer (code 139): Segmentation fault'],
    ['kill -9 $$', 'no memory of card 1 in its answer (code null): nothing'],
    ['head -c 100000 /dev/urandom', 'no memory of card 1 in its answer (code 0): '],
    ['yes', 'more than 262144 bytes of output'],
  ])('that answers otherwise is not read: %s', async (script, because) => {
    expect(await standIn(script).read(1)).toMatchObject({
      is: 'unreadable',
      because: expect.stringContaining(`nvidia-smi: ${because}`),
    });
  });

  test('that is missing, or is no program, is not read', async () => {
    const runTool = createToolRunner({ clock: systemClock, env: { PATH: '/usr/bin:/bin' } });
    const read = (command: string) => createNvidiaSmi([command], { clock: systemClock, runTool }).read(0);
    expect(await read('no-nvidia-smi-here')).toEqual({ is: 'unreadable', because: 'no-nvidia-smi-here: not found' });
    expect(await read('/etc/passwd')).toMatchObject({ is: 'unreadable' });
  });

  test('that hangs is not read', async () => {
    expect(await standIn('sleep 600', hurried).read(1)).toMatchObject({
      is: 'unreadable',
      because: expect.stringMatching(/no answer within 5\.0 s$/),
    });
  });

  test('has 5 s for both questions together', async () => {
    const clock = createFakeClock();
    const limitsMs: number[] = [];
    const runTool: RunTool = async (_, limitMs) => {
      limitsMs.push(limitMs);
      await clock.advance(3_000);
      return { is: 'exited', code: 0, stdout: '1, GPU-1, 46068, 30925, 14489', stderr: '' };
    };
    await createNvidiaSmi(['nvidia-smi'], { clock, runTool }).read(1);
    expect(limitsMs).toEqual([CARD_READ_MS, CARD_READ_MS - 3_000]);
  });
});

describe('of one card', () => {
  test('those who look at once share an answer; another card has its own', async () => {
    const asked = join(scratch(), 'asked');
    const reader = standIn(`echo "$2" >>${asked}; ${answering(MEMORY, PROCESSES)}`);
    const [first, second] = await Promise.all([reader.read(1), reader.read(1), reader.read(0)]);
    expect(first).toBe(second);
    expect(readFileSync(asked, 'utf8').trim().split('\n').toSorted()).toEqual(['0', '1', '1']);
    await reader.read(1);
    expect(readFileSync(asked, 'utf8').trim().split('\n')).toHaveLength(5);
  });

  test('nobody looks again while a tool that could not be killed is there', async () => {
    const gone = Promise.withResolvers<void>();
    const ends: ToolEnd[] = [
      { is: 'cut_off', because: 'no answer within 5 s', gone: gone.promise },
      { is: 'exited', code: 6, stdout: 'No devices were found', stderr: '' },
    ];
    let runs = 0;
    const runTool: RunTool = async () => ends[runs++] ?? { is: 'not_started', because: 'asked too often' };
    const reader = createNvidiaSmi(['nvidia-smi'], { clock: systemClock, runTool });
    expect(await reader.read(0)).toMatchObject({ is: 'unreadable' });
    expect(await reader.read(0)).toEqual({
      is: 'unreadable',
      because: 'nvidia-smi: an earlier one, which did not answer, is still there',
    });
    expect(runs).toBe(1);
    gone.resolve();
    await gone.promise;
    expect(await reader.read(0)).toMatchObject({ is: 'lost' });
  });
});
