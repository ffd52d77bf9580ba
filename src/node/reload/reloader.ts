import {
  formatProblem,
  NO_OVERLAY,
  sayOtherwise,
  swapModel,
  type Layered,
  type LayeredResult,
  type Overlay,
} from '../../config/index.ts';
import type { Progress } from '../../supervisor/index.ts';
import type { InterruptedRollout } from '../kept/choose-start.ts';
import type { Wish } from '../kept/config-store.ts';
import { performChange, prepareChange, runningWhole, type ChangeEffects, type Running } from './change.ts';
import type { LastReload, ReloadEnding } from './ending.ts';

/** What a reload asks of the other rooms. */
export interface ReloadEffects extends ChangeEffects {
  /** The file as it is now, with the swaps that still hold. */
  load(overlay: Overlay): Promise<LayeredResult>;
  /** A file's text of before with other swaps. */
  layer(text: string, overlay: Overlay): LayeredResult;
  /** The text of the file that was taken back last, by its fingerprint. */
  rejectedText(): string | undefined;
  /** Called when a change begins; what it returns is called when it has ended. */
  begin(): () => void;
  ended(ending: ReloadEnding): void;
  /** RFC 3339. */
  now(): string;
  newId(): string;
}

/** A model for a pool, without a word in the file. */
export interface SwapWish {
  readonly pool: string;
  readonly model: string;
  readonly revision: string | undefined;
}

/** Moves what runs to what is wished. One change at a time: the next is planned against what the one before left. */
export interface Reloader {
  /** Reads the file again and moves to it. Never rejects. */
  reload(progress: Progress): Promise<ReloadEnding>;
  /** Moves a pool to another model; what runs otherwise stays, whatever the file says by now. Never rejects. */
  swap(wish: SwapWish, progress: Progress): Promise<ReloadEnding>;
  /** Goes on with what an earlier life of this node began. Never rejects. */
  resume(rollout: InterruptedRollout, progress: Progress): Promise<ReloadEnding>;
  /** What runs; while a change is on its way, what ran before it. */
  running(): Running;
  /** What the change on its way leads to; without one, what runs. */
  target(): Layered;
  /** What will run once the change on its way has come through; without one, what runs. */
  ahead(): Running;
  last(): LastReload | undefined;
}

/** Owns what runs; starts from `start`. No change begins before `ready`. */
export function createReloader(start: Running, ready: Promise<void>, effects: ReloadEffects): Reloader {
  let running = start;
  let target = start.layered;
  let last: LastReload | undefined;
  const inTurn = createTurns(ready, effects, (ending) => {
    last = { ...ending, at: effects.now() };
    target = running.layered;
  });

  async function moveTo(loaded: LayeredResult, wish: Wish, progress: Progress): Promise<ReloadEnding> {
    if (!loaded.ok) return refused(loaded.problems.map(formatProblem).join('\n'));
    const to = loaded.layered;
    const prepared = await prepareChange(running, to.config, effects);
    if (!prepared.ok) return refused(prepared.message);
    const task = { id: effects.newId(), wish, from: running.layered, to, plan: prepared.plan, progress };
    if (prepared.plan.steps.length > 0) effects.journal.began(task);
    return perform({ ...task, resumed: undefined });
  }

  async function perform(task: Parameters<typeof performChange>[0]): Promise<ReloadEnding> {
    target = task.to;
    const changed = await performChange(task, effects);
    running = changed.running ?? running;
    return changed.ending;
  }

  async function goOn({ kept, from, to }: InterruptedRollout, progress: Progress): Promise<ReloadEnding> {
    const whole = runningWhole(from);
    const prepared = await prepareChange(whole, to.config, { checkCards: () => Promise.resolve([]) });
    if (!prepared.ok) return { result: 'failed', message: prepared.message };
    running = whole;
    const task = { id: kept.id, wish: kept.wish, from, to, plan: prepared.plan, progress };
    return perform({ ...task, resumed: kept.record });
  }

  return {
    reload: (progress) => inTurn(async () => moveTo(await effects.load(running.layered.overlay), 'reload', progress)),
    swap: ({ pool, model, revision }, progress) =>
      inTurn(async () => {
        if (await isOverruled(pool, running.layered, effects)) return refused(reloadFirst(pool));
        const overlay = swapModel(running.layered, pool, { model, revision, at: effects.now() });
        if (overlay === undefined) return refused(noPool(pool, running.layered));
        return moveTo(effects.layer(running.layered.text, overlay), 'swap', progress);
      }),
    resume: (rollout, progress) => inTurn(() => goOn(rollout, progress)),
    running: () => running,
    target: () => target,
    ahead: () => (target === running.layered ? running : runningWhole(target)),
    last: () => last,
  };
}

type Turn = (run: () => Promise<ReloadEnding>) => Promise<ReloadEnding>;

/** Most changes that wait for the one on its way; each is planned against what the one before left. */
export const CHANGES_WAITING_MAX = 16;

/** One after the other, each from its announced beginning to its announced end; `over` comes before that is announced. */
function createTurns(
  ready: Promise<void>,
  effects: Pick<ReloadEffects, 'begin' | 'ended'>,
  over: (ending: ReloadEnding) => void,
): Turn {
  let line: Promise<unknown> = ready;
  let waiting = 0;
  return (run) => {
    if (waiting >= CHANGES_WAITING_MAX)
      return Promise.resolve(refused(`${waiting} changes wait already; wait for them, or abort the rollout`));
    waiting += 1;
    const turn = line.then(async () => {
      waiting -= 1;
      const end = effects.begin();
      const ending = await run().catch((cause: unknown): ReloadEnding => ({
        result: 'failed',
        message: String(cause),
      }));
      over(ending);
      effects.ended(ending);
      end();
      return ending;
    });
    line = turn;
    return turn;
  };
}

/** An edit that nobody has tried yet would be forgotten by a swap of the same pool, or that by it at the next start. */
async function isOverruled(pool: string, running: Layered, effects: ReloadEffects): Promise<boolean> {
  const file = await effects.load(NO_OVERLAY);
  if (!file.ok || file.layered.textFingerprint === effects.rejectedText()) return false;
  return sayOtherwise(file.layered, running, pool);
}

const refused = (message: string): ReloadEnding => ({ result: 'refused', message });

const reloadFirst = (pool: string): string =>
  `the file says another model for ${pool} since it was edited; reload it, or put it back first`;

function noPool(pool: string, { config }: Layered): string {
  return `no pool "${pool}"; pools are: ${Object.keys(config.pools).join(', ')}`;
}
