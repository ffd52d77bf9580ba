import type { ControlClient, NodeReport } from '../../control/index.ts';
import { delay, type Cancel, type Clock } from '../../telemetry/index.ts';
import { drawFrame, type WatchView } from './frame.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { keepSamples } from './rates.ts';
import { CLEAR_SCREEN, drawChanges, ENTER_SCREEN } from './screen.ts';

/** How often a frame is drawn while no report comes: ages go on. */
const FRAME_MS = 1000;
/** A look that takes longer is told. */
const PATIENCE_MS = 3000;

interface WatchEffects {
  readonly node: Pick<ControlClient, 'status'>;
  readonly screen: LiveTerminal;
  readonly clock: Clock;
  readonly nowUnixMs: () => number;
}

/** What the screen is drawn from; one writer, the loop below. */
interface Watched {
  samples: WatchView['samples'];
  /** Of the look under way. */
  lookSinceMs: number | undefined;
  failed: { readonly sinceMs: number; readonly because: string } | undefined;
}

/**
 * Shows the node, of which `first` is known, until somebody has enough: asks every `intervalMs`, never twice at once, and draws
 * what changed. A node that does not answer stays on the screen as it was last seen, and is asked on. Gives the terminal back.
 */
export async function watchStatus(first: NodeReport, intervalMs: number, effects: WatchEffects): Promise<void> {
  const { screen, clock } = effects;
  const watched: Watched = {
    samples: [{ atMs: clock.nowMs(), report: first }],
    lookSinceMs: undefined,
    failed: undefined,
  };
  const quit = Promise.withResolvers<'quit'>();
  const paint = createPainter(watched, effects);
  screen.onEvent((event) => {
    if (event === 'quit') quit.resolve(event);
    else paint.afresh();
  });
  screen.write(ENTER_SCREEN);
  const stopPainting = repeat(clock, paint.changes);
  let over: 'quit' | undefined;
  while (over === undefined) {
    over = await Promise.race([quit.promise, delay(clock, intervalMs).then(() => undefined)]);
    over ??= await Promise.race([quit.promise, look(watched, effects).then(() => undefined)]);
    if (over === undefined) paint.changes();
  }
  stopPainting();
  screen.close();
}

async function look(watched: Watched, { node, clock }: WatchEffects): Promise<void> {
  watched.lookSinceMs = clock.nowMs();
  try {
    const report = await node.status();
    watched.samples = keepSamples(watched.samples, { atMs: clock.nowMs(), report });
    watched.failed = undefined;
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    watched.failed = { sinceMs: watched.failed?.sinceMs ?? clock.nowMs(), because };
  }
  watched.lookSinceMs = undefined;
}

function createPainter(watched: Watched, { screen, clock, nowUnixMs }: WatchEffects) {
  let drawn: readonly string[] = [];
  const changes = () => {
    const { samples } = watched;
    const frame = drawFrame({ samples, nowUnixMs: nowUnixMs(), silence: silenceOf(watched, clock) }, screen.size());
    const text = drawChanges(drawn, frame);
    if (text !== '') screen.write(text);
    drawn = frame;
  };
  const afresh = () => {
    screen.write(CLEAR_SCREEN);
    drawn = [];
    changes();
  };
  return { changes, afresh };
}

function silenceOf({ failed, lookSinceMs }: Watched, clock: Clock): WatchView['silence'] {
  const nowMs = clock.nowMs();
  if (failed !== undefined) return { forMs: nowMs - failed.sinceMs, because: failed.because };
  if (lookSinceMs === undefined || nowMs - lookSinceMs < PATIENCE_MS) return undefined;
  return { forMs: nowMs - lookSinceMs, because: 'the node takes long' };
}

/** Calls at once and every `FRAME_MS` from then on. */
function repeat(clock: Clock, callback: () => void): Cancel {
  callback();
  let cancel = clock.after(FRAME_MS, function again() {
    cancel = clock.after(FRAME_MS, again);
    callback();
  });
  return () => cancel();
}
