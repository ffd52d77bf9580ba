import type { StartPhase } from '../../../src/engine/index.ts';
import { CARD_MIB } from '../world/cards.ts';
import type { World } from '../world/world.ts';
import { endCore, endLeader } from './endings.ts';
import { CORE_COMM, type Engine } from './engine.ts';
import { listen } from './listen.ts';

/** What happens where a phase of a start begins; whether the start goes on. */
type Begin = (world: World, engine: Engine) => boolean;

/** A start's steps, each with the line of vLLM's log that tells of it. */
const STEPS: readonly (readonly [StartPhase, string, Begin])[] = [
  ['configuring', 'INFO Resolved architecture: Qwen3ForCausalLM', bind],
  ['downloading', 'INFO Starting to load model Qwen/Qwen3-8B...', admit],
  ['loading', 'Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:01<00:01,  1.00s/it]', load],
  ['compiling', 'INFO Dynamo bytecode transform time: 4.01 s', goOn],
  ['kv_cache', 'INFO Available KV cache memory: 10.12 GiB', layOut],
  ['capturing', 'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  50%|#####     | 1/2 [00:01<00:01]', goOn],
  ['listening', 'INFO:     Application startup complete.', open],
];

/** Goes through its start, phase by phase. */
export function beginStart(world: World, engine: Engine): void {
  const { temper } = engine;

  function take(at: number, from: StartPhase): void {
    const step = STEPS[at];
    if (step === undefined || temper.stuckIn === from) return;
    world.agenda.after(temper.phaseMs[from], () => {
      const [phase, line, begin] = step;
      if (engine.isLeaderGone || engine.terms > 0 || engine.isCoreGone) return;
      if (engine.isFrozen || engine.isHung) return void engine.held.push(() => take(at, from));
      engine.write(line);
      if (begin(world, engine)) take(at + 1, phase);
    });
  }

  if (temper.stuckIn !== undefined) engine.isIll = true;
  take(0, 'spawned');
}

/** Ends a start with last words. */
function fail(world: World, engine: Engine, lastWords: string): false {
  world.trace.note(`${engine.order.name}: ${lastWords}`);
  engine.write(lastWords);
  endLeader(world, engine, { code: 1, signal: null }, 'follows');
  return false;
}

function goOn(): boolean {
  return true;
}

function bind(world: World, engine: Engine): boolean {
  const isTaken = world.listeners.has(engine.order.place) && !engine.order.place.startsWith('/');
  return !isTaken || fail(world, engine, 'OSError: [Errno 98] Address already in use');
}

/** vLLM refuses a card with less free memory than it is to take (vllm v1/worker/utils.py, `request_memory`). */
function admit(world: World, engine: Engine): boolean {
  const { gpu, mib } = engine.order;
  engine.core = world.host.spawn(CORE_COMM, engine.leader).pid;
  engine.pids.add(engine.core);
  if (gpu === undefined) return true;
  engine.measuring = 'yes';
  const freeMiB = world.cards.freeMiB(gpu);
  if (freeMiB >= mib) return true;
  const gib = (it: number): string => (it / 1024).toFixed(2);
  const share = (mib / CARD_MIB).toFixed(2);
  const of = `(${gib(freeMiB)}/${gib(CARD_MIB)} GiB)`;
  const wanted = `GPU memory utilization (${share}, ${gib(mib)} GiB)`;
  return fail(
    world,
    engine,
    `ValueError: Free memory on device cuda:0 ${of} on startup is less than desired ${wanted}.`,
  );
}

function load(world: World, engine: Engine): boolean {
  const { failsWith } = engine.temper;
  if (failsWith !== undefined) return fail(world, engine, failsWith);
  hold(world, engine, 0.6);
  return true;
}

/** What others did to the card since the admission is charged to this one (vllm#55827, vllm#56830). */
function layOut(world: World, engine: Engine): boolean {
  const { measuring } = engine;
  engine.measuring = 'no';
  if (measuring === 'disturbed_by_taking') {
    return fail(world, engine, 'ValueError: No available memory for the cache blocks.');
  }
  if (measuring === 'disturbed_by_freeing') {
    const free = 'Initial free memory 10.00 GiB, current free memory 20.00 GiB.';
    return fail(world, engine, `AssertionError: Error in memory profiling. ${free}`);
  }
  hold(world, engine, 1);
  return true;
}

function hold({ cards }: World, { order, core }: Engine, share: number): void {
  const { gpu, name, mib } = order;
  if (gpu !== undefined && core !== undefined) cards.hold(gpu, { pid: core, name }, Math.floor(mib * share));
}

function open(world: World, engine: Engine): boolean {
  listen(world, engine);
  return false;
}

/** SIGTERM in a start: its core, if there is one, goes with it. */
export function leave(world: World, engine: Engine): void {
  const { temper } = engine;
  if (temper.onTerm === 'ignore' || engine.isFrozen) return;
  if (temper.onTerm === 'swallow_one' && engine.terms === 1 && !engine.hasServed) return;
  engine.isOpen = false;
  for (const generation of engine.generations) generation.abort();
  world.agenda.after(temper.leaveMs, () => {
    if (engine.isFrozen) return;
    endCoreOf(world, engine);
    endLeader(world, engine, { code: 0, signal: null }, 'follows');
  });
}

function endCoreOf(world: World, engine: Engine): void {
  if (engine.core !== undefined) endCore(world, engine);
}
