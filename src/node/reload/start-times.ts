import { z } from 'zod';
import type { Fleet, ReplicaState, ReplicaStatus } from '../../supervisor/index.ts';
import type { Clock } from '../../telemetry/index.ts';
import { parseJson } from '../kept/kept-config.ts';
import type { StateFiles } from '../kept/state-files.ts';

/** How long starts took: from the spawn to the first token. */
export interface StartTimes extends Disposable {
  /** Of this replica with this model, else of another one with it, else of this one with another. */
  expected(replica: string, model: string): ExpectedStart | undefined;
}

/** How long a start may take. */
export interface ExpectedStart {
  readonly ms: number;
  /** One with this model is on record. */
  readonly isKnown: boolean;
}

const recordSchema = z.array(z.object({ replica: z.string(), model: z.string(), ms: z.number().min(0) }));
type StartRecord = z.output<typeof recordSchema>[number];

const FILE = 'start-times.json';
/** The newest are kept; a fleet has 256 replicas at most. */
const RECORDS_MAX = 512;

/** States in which an engine has proven that it answers. */
const ANSWERING: ReadonlySet<ReplicaState> = new Set(['ready', 'draining']);

interface StartTimesParts {
  readonly fleet: Pick<Fleet, 'onTransition'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly files: StateFiles;
  readonly complain: (cause: unknown) => void;
}

/** Takes them down as they happen, and keeps them across lives of the node. */
export function createStartTimes({ fleet, clock, files, complain }: StartTimesParts): StartTimes {
  const begun = new Map<string, number>();
  let records: readonly StartRecord[] = parseJson(recordSchema, files.read(FILE) ?? '') ?? [];

  function keep(record: StartRecord): void {
    const others = records.filter((it) => it.replica !== record.replica || it.model !== record.model);
    records = [...others, record].slice(-RECORDS_MAX);
    try {
      files.write(FILE, `${JSON.stringify(records)}\n`);
    } catch (cause) {
      complain(cause);
    }
  }

  const stop = fleet.onTransition(({ name, model, state }: ReplicaStatus) => {
    if (state === 'starting') {
      if (!begun.has(name)) begun.set(name, clock.nowMs());
    } else if (state !== 'warming') {
      const sinceMs = begun.get(name);
      begun.delete(name);
      if (sinceMs !== undefined && ANSWERING.has(state))
        keep({ replica: name, model, ms: Math.round(clock.nowMs() - sinceMs) });
    }
  });
  return {
    expected(replica, model) {
      const own = records.filter((it) => it.replica === replica);
      const same = own.findLast((it) => it.model === model) ?? records.findLast((it) => it.model === model);
      if (same !== undefined) return { ms: same.ms, isKnown: true };
      const other = own.at(-1);
      return other === undefined ? undefined : { ms: other.ms, isKnown: false };
    },
    [Symbol.dispose]: stop,
  };
}
