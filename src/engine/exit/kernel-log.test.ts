import { expect, test } from 'bun:test';
import { isSameCard, oomKillsIn, xidsIn } from './kernel-log.ts';

test.each([
  [
    'NVRM: Xid (PCI:0000:02:00): 79, GPU has fallen off the bus.',
    { pci: '0000:02:00', number: 79, pid: undefined, text: 'GPU has fallen off the bus.' },
  ],
  [
    "[ 1.5] NVRM: Xid (PCI:0000:0f:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
    { pci: '0000:0f:00', number: 79, pid: undefined, text: 'GPU has fallen off the bus.' },
  ],
  [
    'NVRM: Xid (PCI:0000:01:00): 109, pid=1234, name=python3, channel 0x0000000a, errorString CTX SWITCH TIMEOUT',
    { pci: '0000:01:00', number: 109, pid: 1234, text: 'channel 0x0000000a, errorString CTX SWITCH TIMEOUT' },
  ],
  [
    'NVRM: Xid (PCI:0000:17:00 GPU-I:05): 94, pid=7, name=python3, Contained',
    { pci: '0000:17:00', number: 94, pid: 7, text: 'Contained' },
  ],
  ['NVRM: Xid (PCI:0000:01:00): 61', { pci: '0000:01:00', number: 61, pid: undefined, text: '' }],
])('%s', (line, xid) => {
  expect(xidsIn([line])).toEqual([xid]);
});

test('other lines are no XID', () => {
  expect(
    xidsIn([
      'nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Non-fatal, Link 32 egress non-posted PRIV error (First)',
      'NVRM: GPU at PCI:0000:01:00: GPU-20e092d3-5961-01a4-282e-a0a1087914f0',
      'NVRM: Xid (PCI:0000:b9:00): , pid=1234',
      '',
    ]),
  ).toEqual([]);
});

test('a kill with and without its size', () => {
  expect(
    oomKillsIn([
      'VLLM::EngineCor invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0',
      'Out of memory: Killed process 2298697 (VLLM::EngineCor) total-vm:155592932kB',
      'Memory cgroup out of memory: Killed process 7 (UVM GPU1 BH) total-vm:1kB, anon-rss:14712148kB',
    ]),
  ).toEqual([
    { pid: 2_298_697, name: 'VLLM::EngineCor', anonRssKiB: undefined, of: 'host' },
    { pid: 7, name: 'UVM GPU1 BH', anonRssKiB: 14_712_148, of: 'cgroup' },
  ]);
});

test.each([
  ['0000:1a:00', '00000000:1A:00.0', true],
  ['0000:1a:00', '1A:00.0', true],
  ['0000:1a:00', '00000000:1B:00.0', false],
  ['0001:1a:00', '00000000:1A:00.0', false],
])('%s and %s', (one, other, same) => {
  expect(isSameCard(one, other)).toBe(same);
});
