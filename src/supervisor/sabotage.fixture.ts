import type { Dispatch, SupervisorEffects } from './effects.ts';
import type { Processes, ProcessGroup } from './group/process-group.ts';

/** What can fail of the effects of a supervisor. Its clocks, its log and what is only remembered are trusted. */
export const TRICKS = [
  'spawn',
  'holderOf',
  'removeSocket',
  'terminateLeader',
  'killGroup',
  'members',
  'onVitalDeath',
  'oomKills',
  'forget',
  'cards.read',
  'kernelLog.since',
  'kernelLog.lines',
  'open',
  'close',
  'end',
  'inFlight',
  'launch',
  'followStart',
  'readLine',
  'classifyExit',
  'watch',
  'watch.stop',
  'random',
] as const;
export type Trick = (typeof TRICKS)[number];

/** Makes a function that asks first whether it may fail. */
type Tripping = <Given extends readonly unknown[], Result>(
  trick: Trick,
  act: (...given: Given) => Result,
) => (...given: Given) => Result;

/** The same effects, each of which asks `trip` before it does anything: that may throw. */
export function sabotaged(effects: SupervisorEffects, trip: (trick: Trick) => void): SupervisorEffects {
  const tripping: Tripping =
    (trick, act) =>
    (...given) => {
      trip(trick);
      return act(...given);
    };
  return {
    ...effects,
    processes: sabotagedProcesses(effects.processes, tripping),
    cards: {
      async read(gpu) {
        trip('cards.read');
        return effects.cards.read(gpu);
      },
    },
    kernelLog: {
      since: tripping('kernelLog.since', () => {
        const since = effects.kernelLog.since();
        return { lines: tripping('kernelLog.lines', () => since.lines()) };
      }),
    },
    dispatch: sabotagedDispatch(effects.dispatch, tripping),
    launch: tripping('launch', (plan) => effects.launch(plan)),
    followStart: tripping('followStart', () => tripping('readLine', effects.followStart())),
    classifyExit: tripping('classifyExit', (evidence) => effects.classifyExit(evidence)),
    watch: tripping('watch', (plan, report) => {
      const watch = effects.watch(plan, report);
      return { ...watch, stop: tripping('watch.stop', () => watch.stop()) };
    }),
    random: tripping('random', () => effects.random()),
  };
}

function sabotagedProcesses(processes: Processes, tripping: Tripping): Processes {
  return {
    ...processes,
    spawn: tripping('spawn', (command, onLine) => sabotagedGroup(processes.spawn(command, onLine), tripping)),
    holderOf: tripping('holderOf', (port) => processes.holderOf(port)),
    removeSocket: tripping('removeSocket', (path) => processes.removeSocket(path)),
  };
}

function sabotagedGroup(group: ProcessGroup, tripping: Tripping): ProcessGroup {
  const leaveBehind = tripping('forget', () => {});
  return {
    ...group,
    terminateLeader: tripping('terminateLeader', () => group.terminateLeader()),
    killGroup: tripping('killGroup', () => group.killGroup()),
    members: tripping('members', () => group.members()),
    onVitalDeath: tripping('onVitalDeath', (isVital, lost) => group.onVitalDeath(isVital, lost)),
    oomKills: tripping('oomKills', () => group.oomKills()),
    forget() {
      group.forget();
      leaveBehind(); // the sweep of the node's next start finds it
    },
  };
}

function sabotagedDispatch(dispatch: Dispatch, tripping: Tripping): Dispatch {
  return {
    open: tripping('open', (...opening) => dispatch.open(...opening)),
    close: tripping('close', (replica) => dispatch.close(replica)),
    end: tripping('end', (replica, ending) => dispatch.end(replica, ending)),
    inFlight: tripping('inFlight', (replica) => dispatch.inFlight(replica)),
  };
}
