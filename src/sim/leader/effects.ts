import type { EngineSettings } from '../flags/settings.ts';
import type { EngineLog } from '../log.ts';
import type { CoreProcess } from './core-process.ts';
import type { HttpServer } from './http.ts';
import type { Generations } from './generations.ts';
import type { LifeEffect, LifeEvent } from './life.ts';
import { logFailedStart } from './start-log.ts';

/** What the effects of a life act on. */
export interface Leader {
  readonly settings: EngineSettings;
  readonly core: CoreProcess;
  readonly generations: Generations;
  readonly log: EngineLog;
  listen(): void;
  server(): HttpServer | undefined;
  happen(event: LifeEvent): void;
}

/** After SIGTERM: how long the core may take to say that it got one as well. */
const MOMENT_MS = 60;

/** At the end: how long the last bytes may take to leave, and how often that is looked at. */
const FLUSH_MS = 200;
const POLL_MS = 5;

export function perform(effect: LifeEffect, leader: Leader): void {
  const { settings, core, generations, log } = leader;
  switch (effect.do) {
    case 'listen':
      return leader.listen();
    case 'wait':
      setTimeout(() => leader.happen({ on: effect.for }), waitMs(effect.for, settings));
      return;
    case 'abort_requests':
      return generations.endAll('abort');
    case 'fail_requests':
      return generations.endAll('error');
    case 'kill_core':
      return core.signal('SIGKILL');
    case 'stop_listening':
      leader.server()?.stop();
      void whenQuiet(leader, Number.POSITIVE_INFINITY).then(() => leader.happen({ on: 'clients_gone' }));
      return;
    case 'report_start_failure':
      return logFailedStart(log);
    case 'exit':
      void whenQuiet(leader, FLUSH_MS).then(() => process.exit(effect.code));
      return;
    case 'exit_by_interrupt':
      process.removeAllListeners('SIGINT');
      process.kill(process.pid, 'SIGINT');
  }
}

function waitMs(event: 'moment_over' | 'drain_over' | 'watchdog', settings: EngineSettings): number {
  if (event === 'moment_over') return MOMENT_MS;
  return event === 'drain_over' ? settings.shutdownTimeoutMs : settings.deadExitMs;
}

/** Waits until no request is open, `limitMs` at the longest. */
async function whenQuiet(leader: Leader, limitMs: number): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while ((leader.server()?.open() ?? 0) > 0 && performance.now() < untilMs) await Bun.sleep(POLL_MS);
}
