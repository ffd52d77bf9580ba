import { isVitalProcess } from '../vital-process.ts';
import type { ExitEvidence, Reading } from './evidence.ts';
import { oomKillsIn, type OomKill } from './kernel-log.ts';
import { coreException } from './last-words.ts';

const KIB_PER_GIB = 1_048_576;

/** The kernel's own word that it killed a process which this engine could not live without. */
export function killedForMemory(evidence: ExitEvidence): Reading | undefined {
  const kill = oomKillsIn(evidence.kernelLines).findLast((it) => isItsDeath(it, evidence));
  if (kill === undefined) return undefined;
  const held = kill.anonRssKiB === undefined ? '' : `, which held ${(kill.anonRssKiB / KIB_PER_GIB).toFixed(1)} GiB`;
  const whose = kill.of === 'cgroup' ? 'its cgroup (MemoryMax= or the container)' : 'the host';
  const advice = `The kernel killed its ${kill.name} (pid ${kill.pid})${held}, for want of memory of ${whose}; give it more, or run less there.`;
  return { cause: 'host_out_of_memory', advice };
}

/** One that it started and lost long ago explains no later end. */
function isItsDeath({ pid, name }: OomKill, { pids, signal, seen, whileIn }: ExitEvidence): boolean {
  if (pids !== undefined && !pids.includes(pid)) return false;
  if (isVitalProcess(name)) return true;
  return pids !== undefined && (whileIn === 'starting' || (signal === 'SIGKILL' && seen === undefined));
}

/**
 * The kernel's count of such kills, which may be the whole host's: believed where this engine died as one of them
 * would, by SIGKILL or with a dead core that left no word, unless the kernel's log has them all and none is its own.
 */
export function perhapsKilledForMemory(evidence: ExitEvidence, isCoreDead: boolean): Reading | undefined {
  const { oomKills, signal, seen } = evidence;
  if (oomKills === 0 || areAllOthers(evidence)) return undefined;
  const isSilentCore = isCoreDead && coreException(evidence) === undefined;
  if (!isSilentCore && (signal !== 'SIGKILL' || seen !== undefined)) return undefined;
  const advice = `The kernel killed ${oomKills} for want of memory within minutes of its end, very likely it: see \`journalctl -k -g "Killed process"\`; give the host or its cgroup more, or run less there.`;
  return { cause: 'host_out_of_memory', advice };
}

/** Its processes are known; of a start a core may be missing that was gone before it was seen. */
function areAllOthers(evidence: ExitEvidence): boolean {
  const { kernelLines, oomKills, pids } = evidence;
  const kills = oomKillsIn(kernelLines);
  return pids !== undefined && kills.length >= oomKills && kills.every((it) => isAnothers(it, evidence));
}

function isAnothers({ pid, name }: OomKill, { pids, whileIn, signal }: ExitEvidence): boolean {
  const mayBeUnseen = whileIn === 'starting' && signal === null && isVitalProcess(name);
  return pids?.includes(pid) === false && !mayBeUnseen;
}
