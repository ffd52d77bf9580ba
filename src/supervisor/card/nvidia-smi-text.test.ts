import { describe, expect, test } from 'bun:test';
import { parseMemory, parseProcesses, type SmiAnswer } from './nvidia-smi-text.ts';

const UUID = 'GPU-0f1c5a36-2d7e-3a53-91a5-2f6d0c7d9c11';
const answer = (stdout: string, code: number | null = 0, stderr = ''): SmiAnswer => ({ code, stdout, stderr });

describe('memory', () => {
  test('is what programs may have, without what the driver keeps', () => {
    expect(parseMemory(answer(`0, ${UUID}, 46068, 30925, 14489\n`), 0)).toEqual({
      is: 'read',
      totalMiB: 45_414,
      freeMiB: 14_489,
    });
  });

  test.each([
    [', 00000000:1A:00.0', '00000000:1A:00.0'],
    [', [N/A]', undefined],
    ['', undefined],
  ])('comes with the address of the card, where it is told: %p', (field, pciBusId) => {
    expect(parseMemory(answer(`0, ${UUID}, 100, 40, 60${field}\n`), 0)).toMatchObject({ freeMiB: 60, pciBusId });
  });

  test('is that of the card asked for', () => {
    const both = answer(`0, ${UUID}, 100, 40, 60\n1, ${UUID}, 100, 90, 10\n`);
    expect(parseMemory(both, 1)).toMatchObject({ is: 'read', freeMiB: 10 });
  });

  test('is read with a unit too, and where only what is used is not told', () => {
    expect(parseMemory(answer(`0, ${UUID}, 100 MiB, 40 MiB, 60 MiB\r\n`), 0)).toMatchObject({ freeMiB: 60 });
    expect(parseMemory(answer(`0, ${UUID}, 100, [N/A], 60`), 0)).toMatchObject({ totalMiB: 100, freeMiB: 60 });
  });

  test('is read beside warnings about this card and errors about another', () => {
    const row = `0, ${UUID}, 100, 40, 60\n`;
    expect(parseMemory(answer(`${row}WARNING: infoROM is corrupted at gpu 0000:02:00.0\n`, 14), 0).is).toBe('read');
    const other = 'Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error\n';
    expect(parseMemory(answer(`${other}${row}`, 255), 0).is).toBe('read');
  });

  test.each([
    ['Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error', 255],
    [
      'Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU',
      15,
    ],
    ['No devices were found', 6],
    ['No devices were found', 0],
    [`0, ${UUID}, [GPU is lost], [GPU is lost], [GPU is lost]`, 0],
    [`0, ${UUID}, [GPU requires reset], [GPU requires reset], [GPU requires reset]`, 0],
    [`0, ${UUID}, [Unknown Error], [Unknown Error], [Unknown Error]`, 0],
    ['Die Karte ist weg', 15],
  ])('of a card that has gone: %s (code %d)', (words, code) => {
    expect(parseMemory(answer(`${words}\n`, code), 0)).toEqual({ is: 'lost', because: words.replace('.  ', '. ') });
  });

  test.each([
    [`0, ${UUID}, [N/A], [N/A], [N/A]`, 0],
    [`0, ${UUID}, [Not Supported], [Not Supported], [Not Supported]`, 0],
    [`0, ${UUID}, [Insufficient Permissions], [Insufficient Permissions], [Insufficient Permissions]`, 0],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9],
    ['Failed to initialize NVML: Driver/library version mismatch', 18],
    ['Field "memory.free" is not a valid field to query.', 2],
    ['<html><body>404</body></html>', 0],
    ['1, 2, 3', 0],
    [`1, ${UUID}, 100, 40, 60`, 0],
    ['\u0000\u0001', 0],
    ['', 0],
    ['', null],
  ])('that nobody can read: %p (code %p)', (words, code) => {
    expect(parseMemory(answer(words, code), 0)).toMatchObject({ is: 'unreadable' });
  });

  test('passes on a line of the tool’s words, not a book', () => {
    const because = `no memory of card 0 in its answer (code 1): ${'x y '.repeat(50)}`;
    expect(parseMemory(answer('x\ny\n'.repeat(10_000), 1), 0)).toEqual({ is: 'unreadable', because });
    expect(parseMemory(answer('', 1), 0)).toMatchObject({ because: expect.stringContaining(': nothing') });
  });
});

describe('processes', () => {
  test('are told with name and memory, where the driver knows it', () => {
    const rows = `${UUID}, 4242, /usr/bin/python, 30925\n${UUID}, 4243, VLLM::EngineCore, [N/A]\n`;
    expect(parseProcesses(answer(rows))).toEqual([
      { pid: 4242, name: '/usr/bin/python', usedMiB: 30_925 },
      { pid: 4243, name: 'VLLM::EngineCore', usedMiB: undefined },
    ]);
  });

  test('may have commas in their names', () => {
    expect(parseProcesses(answer(`${UUID}, 7, /opt/a, b/python, 12\n`))).toEqual([
      { pid: 7, name: '/opt/a, b/python', usedMiB: 12 },
    ]);
  });

  test.each([
    ['', 0],
    ['No running processes found\n', 0],
    ['[N/A], [N/A], [N/A], [N/A]\n', 0],
    [`${UUID}, -1, x, 12\n${UUID}, 0, x, 12\n`, 0],
    [`${UUID}, 7, x, 12\n`, 4],
  ])('of an answer that names none: %p (code %p)', (words, code) => {
    expect(parseProcesses(answer(words, code))).toEqual([]);
  });
});
