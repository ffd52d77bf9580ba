import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Log } from '../../telemetry/index.ts';
import { createCgroups } from './cgroups.ts';
import { createGuard } from './guard.ts';
import { readBootId } from './proc.ts';
import { findPortHolder } from './port-holder.ts';
import type { Processes } from './process-group.ts';
import { createRecordFile } from './record.ts';
import { createRegister } from './register.ts';
import { createRollCall } from './roll-call.ts';
import { startGroup } from './start-group.ts';
import { sweepRecorded } from './sweep.ts';
import { createVitalWatch } from './vital-watch.ts';

export interface ProcessesEffects {
  readonly clock: Clock;
  readonly log: Log;
  /** Where groups are recorded; made if missing. Absolute. */
  readonly stateDirectory: string;
}

/** The real thing: sessions, cgroups where there are any, a guard, and a record of all on disk. */
export function createProcesses(effects: ProcessesEffects): Processes {
  const { clock, log, stateDirectory } = effects;
  const bootId = readBootId();
  const file = createRecordFile(stateDirectory);
  const register = createRegister(file, bootId, log);
  const keepers = {
    register,
    cgroups: createCgroups(log),
    guard: createGuard(effects),
    vitalWatch: createVitalWatch({ clock, log, bootId }),
    rollCall: createRollCall({ clock, log, bootId }),
    clock,
    bootId,
    log,
  };
  let swept: Promise<void> | undefined;
  return {
    sweep: () => (swept ??= sweepRecorded(file, { ...effects, bootId })),
    spawn: (command, onLine) => startGroup(command, onLine, keepers),
    holderOf: findPortHolder,
    removeSocket(path) {
      rmSync(path, { force: true });
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    },
    async close() {
      await keepers.guard.close();
      try {
        file.remove();
      } catch (error) {
        log.error({ err: error }, `${file.path} cannot be removed; all groups in it are gone`);
      }
    },
  };
}
