import { EXIT_RULES, type ExitCause, type ExitClass, type ExitEvidence, type StartProgress } from '../engine/index.ts';
import type { Passive } from '../health/index.ts';
import { silentLog, type Clock, type Metrics } from '../telemetry/index.ts';
import { cardOf } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import { CARD_MIB } from './world-cards.fixture.ts';
import type { WorldEngines } from './world-engines.fixture.ts';
import type { World } from './world.fixture.ts';

const LOG_SIGNS: readonly ExitCause[] = ['bad_flag', 'cuda_out_of_memory', 'no_card_memory'];

/** Believes a line `sign bad_flag`, or the kernel, or the signal, or the code. */
function classifyExit({ code, signal, logTail, kernelLines, card }: ExitEvidence): ExitClass {
  const told = (cause: ExitCause, from: ExitClass['from']): ExitClass => {
    const advice = typeof card === 'object' ? `look: ${card.freeMiB} MiB are free` : 'look';
    return { cause, ...EXIT_RULES[cause], advice, from };
  };
  const sign = LOG_SIGNS.find((cause) => logTail.includes(`sign ${cause}`));
  if (sign !== undefined) return told(sign, 'log');
  if (kernelLines.some((line) => line.includes('Xid'))) return told('cuda_fault', 'kernel');
  if (signal !== null) return told('killed', 'signal');
  return told(code === 0 ? 'engine_core_died' : 'unknown', 'code');
}

/** `phase loading`, `phase loading 3 5`. */
function progressOf(line: string): StartProgress | undefined {
  const found = /^phase loading(?: (\d+) (\d+))?$/.exec(line);
  if (found === null) return undefined;
  const [, done, total] = found;
  return done === undefined ? { phase: 'loading' } : { phase: 'loading', done: Number(done), total: Number(total) };
}

/** What the effects of a world act on. */
interface WorldParts extends Pick<World, 'servers' | 'cards' | 'ports' | 'kernelLines' | 'unlaunchable'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly engines: WorldEngines;
  readonly heard: (readonly [string, Passive])[];
  readonly dispatch: SupervisorEffects['dispatch'];
}

/** What the supervisor may do to a world. */
export function worldEffects(parts: WorldParts): SupervisorEffects {
  const { clock, random, metrics, engines, cards, ports, kernelLines, unlaunchable, dispatch } = parts;
  return {
    clock,
    log: silentLog,
    metrics,
    random,
    unixMs: () => 1_700_000_000_000 + clock.nowMs(),
    processes: {
      sweep: () => Promise.resolve(),
      spawn: engines.spawn,
      holderOf: (port) => ports.get(port),
      removeSocket: () => {},
      close: () => Promise.resolve(),
    },
    cards,
    cardWaitMs: 60_000,
    kernelLog: {
      since() {
        const from = kernelLines.length;
        return { lines: () => kernelLines.slice(from) };
      },
    },
    dispatch,
    launch({ engine, replica: { name, gpu, gpuMemoryUtilization = 0 } }) {
      if (unlaunchable.has(name)) throw new Error('install vLLM first');
      if (engine.kind === 'external') return undefined;
      engines.places.set(name, { card: cardOf(gpu), mib: Math.ceil(gpuMemoryUtilization * CARD_MIB) });
      return { argv: ['engine'], env: {} };
    },
    followStart: () => progressOf,
    isVital: (comm) => comm.startsWith('VLLM::'),
    classifyExit,
    watch: watchIn(parts),
  };
}

function watchIn({ engines, servers, heard }: WorldParts): SupervisorEffects['watch'] {
  return ({ engine: { kind }, replica: { name } }, report) => {
    const note = (passive: Passive): void => void heard.push([name, passive]);
    const deaf = { listening: () => {}, heard: note };
    if (kind === 'external') return { ...servers.watch(name, report), ...deaf };
    const engine = engines.newest.get(name);
    if (engine === undefined) throw new Error('nothing to watch');
    Object.assign(engine, { report, isWatched: true });
    return { ...deaf, stop: () => void (engine.isWatched = false) };
  };
}
