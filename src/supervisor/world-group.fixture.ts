import type { Exit, ProcessGroup } from './group/process-group.ts';
import type { EngineRooms, FakeEngine } from './world-engines.fixture.ts';

/** What a group of a world does to its engine. */
export interface GroupRooms extends Pick<EngineRooms, 'clock' | 'rule' | 'isOpen'> {
  othersOnCard(this: void, engine: FakeEngine): readonly FakeEngine[];
  end(this: void, engine: FakeEngine, exit: Exit, core: 'orphan' | 'gone'): void;
  endCore(this: void, engine: FakeEngine): void;
}

/** The processes of one life, strict about what may be done to them. */
export function createWorldGroup(engine: FakeEngine, exited: Promise<Exit>, rooms: GroupRooms): ProcessGroup {
  const { clock, rule, isOpen, end, endCore } = rooms;
  const members = (): readonly number[] => [
    ...(engine.leader === 'running' ? [engine.pid] : []),
    ...(engine.core === 'running' ? [engine.pid + 1] : []),
  ];
  return {
    pid: engine.pid,
    exited,
    outputEnded: exited.then(() => {}),
    members,
    everMembers: () => [engine.pid, engine.pid + 1],
    onVitalDeath(_isVital, lost) {
      engine.coreLost = lost;
      return () => void (engine.coreLost = () => {});
    },
    oomKills: () => 0,
    terminateLeader: () => terminate(engine, rooms),
    killGroup() {
      rule(!isOpen(engine.name), `${engine.name} is killed while it is open`);
      engine.phase = 'ending';
      clock.after(engine.temper.dieMs, () => {
        end(engine, { code: null, signal: 'SIGKILL' }, 'gone');
        endCore(engine);
      });
    },
    forget() {
      rule(members().length === 0, `${engine.name} is forgotten while it lives`);
      engine.isForgotten = true;
    },
  };
}

function terminate(engine: FakeEngine, { clock, rule, othersOnCard, end }: GroupRooms): void {
  if (engine.leader === 'exited') return;
  engine.terms += 1;
  rule(engine.terms <= (engine.phase === 'serving' ? 1 : 2), `${engine.name} is asked too often`);
  for (const other of othersOnCard(engine)) {
    rule(other.phase !== 'starting', `${engine.name} is stopped while ${other.name} starts`);
  }
  engine.phase = 'ending';
  const { onTerm, leaveMs } = engine.temper;
  if (onTerm === 'ignore' || (onTerm === 'swallow_one' && engine.terms === 1)) return;
  clock.after(leaveMs, () => end(engine, { code: 0, signal: null }, 'gone'));
}
