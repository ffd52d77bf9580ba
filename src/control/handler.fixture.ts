import type { OutputLine } from '../supervisor/index.ts';
import type { ControlHandler, NodeReport } from './api.ts';
import type { ChangeHandler } from './changes.ts';

/** The report of a node in which nothing runs. */
export const emptyReport: NodeReport = {
  version: '1',
  pid: 1,
  started_at: '2026-01-01T00:00:00Z',
  config: '/r.yaml',
  url: 'http://127.0.0.1:8000',
  engine: 'sim',
  redis: { kind: 'managed', up: true, on_down: 'degraded' },
  reload_error: null,
  last_reload: null,
  drift: null,
  swaps: [],
  rollout: null,
  warnings: [],
  ready: true,
  pools: [],
  replicas: [],
  cards: [],
};

export const outputLine = (text: string, replica = 'heavy-0'): OutputLine => ({
  replica,
  atUnixMs: 0,
  from: 'engine',
  text,
});

/** Changes of what it runs: a reload is done, everything else is refused. */
function fakeChanges(asked: string[]): ChangeHandler {
  return {
    previewReload: () =>
      Promise.resolve({ ok: true, steps: ['add replica x'], in_place: [], moves: [], duration_s: 0 }),
    async reload(progress) {
      progress('one');
      await Promise.resolve();
      progress('two');
      return { ok: true };
    },
    swap(request) {
      asked.push(`swap ${JSON.stringify(request)}`);
      return Promise.resolve({ ok: false, message: 'no pool', result: 'refused' });
    },
    rollout: () => undefined,
    steerRollout(operation) {
      asked.push(`rollout ${operation}`);
      return { ok: false, message: 'no rollout is under way' };
    },
  };
}

/** A node that notes what it is asked. Replica `gone` fails its operations, pool `none` is unknown, pool `away` has no store. */
export function fakeHandler(asked: string[], listeners: Set<(line: OutputLine) => void>): ControlHandler {
  return {
    status: () => Promise.resolve(emptyReport),
    ...fakeChanges(asked),
    operate(operation, replica) {
      asked.push(`${operation} ${replica}`);
      return replica === 'gone' ? Promise.reject(new Error('no replica "gone"')) : Promise.resolve({ ok: true });
    },
    history: (replica) => [
      { atUnixMs: 0, from: 'ready', to: 'cleaning', because: `exited ${replica}`, phase: undefined, cause: 'killed' },
    ],
    quarantined: () => Promise.resolve([{ fingerprint: 'f', pool: 'heavy', until: '2026-01-01T01:00:00Z' }]),
    release: (fingerprint) => Promise.resolve(fingerprint === 'all' ? 2 : 0),
    queue(pool, ticketsMax) {
      asked.push(`queue ${pool} ${ticketsMax}`);
      if (pool === 'away') return Promise.reject(new Error('connect ECONNREFUSED'));
      return Promise.resolve(pool === 'none' ? undefined : []);
    },
    auditQueue: () => Promise.resolve([{ pool: 'heavy', rule: 'one_home', what: 't1 is in line and claimed' }]),
    cancelRequest: (id) => Promise.resolve(id === 'a/b'),
    evaluate(request, progress) {
      asked.push(`evaluate ${JSON.stringify(request)}`);
      progress('heavy-0: 1 of 1 answers');
      return Promise.resolve(
        request.replica === 'gone' ? { ok: false, message: 'no replica "gone"' } : { ok: true, replicas: [] },
      );
    },
    output: (replica) =>
      [outputLine('a'), outputLine('b', 'light-0'), outputLine('c')].filter(
        (it) => it.replica === (replica ?? it.replica),
      ),
    onOutput(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
