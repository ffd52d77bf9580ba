import { expect, test } from 'bun:test';
import { membersOf, type GroupIdentity } from './identity.ts';
import type { ProcessStat } from './proc-stat.ts';

const boot = 'b1';
const group: GroupIdentity = { pgid: 500, startTicks: 1000, bootId: boot };
const leader: ProcessStat = {
  pid: 500,
  comm: 'vllm',
  state: 'S',
  processGroup: 500,
  session: 500,
  threads: 1,
  startTicks: 1000,
};
const core: ProcessStat = {
  pid: 501,
  comm: 'VLLM::EngineCor',
  state: 'R',
  processGroup: 500,
  session: 500,
  threads: 1,
  startTicks: 1200,
};
const stranger: ProcessStat = {
  pid: 900,
  comm: 'sh',
  state: 'S',
  processGroup: 900,
  session: 900,
  threads: 1,
  startTicks: 900,
};

const pids = (table: readonly ProcessStat[], bootId = boot) =>
  membersOf(group, table, bootId).map((member) => member.pid);

test('a group is its leader and what descends from it', () => {
  expect(pids([stranger, leader, core])).toEqual([500, 501]);
});

test('orphans are found when the leader is gone', () => {
  expect(pids([stranger, core])).toEqual([501]);
});

test('a process that made a group of its own inside the session still belongs', () => {
  expect(pids([leader, { ...core, processGroup: 501 }])).toEqual([500, 501]);
});

test('a pid that came back belongs to a stranger, with all of its session', () => {
  expect(
    pids([
      { ...leader, startTicks: 99_000 },
      { ...core, startTicks: 99_001 },
    ]),
  ).toEqual([]);
});

test('what is older than the leader is no descendant of it', () => {
  expect(pids([{ ...core, startTicks: 999 }])).toEqual([]);
});

test('nothing is left of a group of an earlier boot', () => {
  expect(pids([leader, core], 'b2')).toEqual([]);
});

test('bug: a zombie with a thread that still runs holds the card', () => {
  expect(pids([{ ...leader, state: 'Z', threads: 2 }, core])).toEqual([500, 501]);
});

test('zombies hold nothing', () => {
  expect(pids([{ ...leader, state: 'Z' }, core])).toEqual([501]);
});
