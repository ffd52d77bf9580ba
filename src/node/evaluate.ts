import {
  formatProblem,
  isShippedSet,
  parsePromptSet,
  replicaDefinitions,
  type Config,
  type PromptSet,
} from '../config/index.ts';
import type { EvalEnding, EvalRequest, Evaluate, ReplicaEvalReport } from '../control/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import { configuredSet, createGate, shippedSet, type GateEffects } from '../eval/index.ts';
import type { Fleet, ReplicaState } from '../supervisor/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { planReplica } from './replica-plans.ts';

/** What an evaluation of running replicas needs. */
interface EvaluateSources extends GateEffects {
  readonly config: () => Config;
  readonly fleet: Pick<Fleet, 'replicas'>;
}

/** States in which an engine answers. */
const ANSWERS: ReadonlySet<ReplicaState> = new Set(['ready', 'draining']);

type Found<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly message: string };

/** Evaluates running replicas, one after another; requests go straight to them, past the queue. */
export function createEvaluate(sources: EvaluateSources): Evaluate {
  return async (request, progress, gone): Promise<EvalEnding> => {
    const whom = choose(request, sources);
    if (!whom.ok) return whom;
    const which = await findSet(request.set, sources.config());
    if (!which.ok) return which;
    const gate = createGate(which.set, sources);
    const replicas: ReplicaEvalReport[] = [];
    for (const plan of whom.plans) {
      const { name } = plan.replica;
      const told = sparingly(sources.clock, (answered, of) => progress(`${name}: ${answered} of ${of} answers`));
      const { report } = await gate(plan, { signal: gone, progress: told, until: 'end' });
      replicas.push({ replica: name, pool: plan.poolName, ...report });
    }
    return { ok: true, replicas };
  };
}

/** News of one replica come at most so often, but for the last. */
const NEWS_EVERY_MS = 1000;

type Tell = (answered: number, of: number) => void;

function sparingly(clock: Clock, tell: Tell): Tell {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (answered, of) => {
    if (answered < of && clock.nowMs() - toldMs < NEWS_EVERY_MS) return;
    toldMs = clock.nowMs();
    tell(answered, of);
  };
}

/** The replicas that are asked for and answer. One that is named must. */
function choose(
  request: EvalRequest,
  { config, fleet }: EvaluateSources,
): Found<{ readonly plans: readonly ReplicaPlan[] }> {
  const current = config();
  const states = new Map(fleet.replicas().map((it) => [it.name, it.state]));
  const all = [...replicaDefinitions(current).values()].map((it) => planReplica(it, current.paths));
  const { pool, replica } = request;
  const answers = ({ replica: { name } }: ReplicaPlan) => ANSWERS.has(states.get(name) ?? 'stopped');
  if (replica !== undefined) {
    const plan = all.find((it) => it.replica.name === replica);
    if (plan === undefined)
      return unknown(
        'replica',
        replica,
        all.map((it) => it.replica.name),
      );
    if (!answers(plan))
      return {
        ok: false,
        message: `${replica} is ${states.get(replica) ?? 'not there'}; only a ready replica answers`,
      };
    return { ok: true, plans: [plan] };
  }
  const pools = Object.keys(current.pools);
  if (pool !== undefined && !pools.includes(pool)) return unknown('pool', pool, pools);
  const plans = all.filter((it) => (pool === undefined || it.poolName === pool) && answers(it));
  if (plans.length > 0) return { ok: true, plans };
  return { ok: false, message: `no replica${pool === undefined ? '' : ` of ${pool}`} is ready` };
}

const unknown = (what: string, name: string, known: readonly string[]): Found<never> => ({
  ok: false,
  message: `no ${what} "${name}"; ${what}s are: ${known.join(', ')}`,
});

/** The set that is asked for, else that of the config, else the shipped one for models. */
async function findSet(asked: EvalRequest['set'], config: Config): Promise<Found<{ readonly set: PromptSet }>> {
  if (asked?.text !== undefined) {
    const parsed = parsePromptSet(asked.name, asked.text);
    return parsed.ok ? parsed : { ok: false, message: parsed.problems.map(formatProblem).join('\n') };
  }
  if (asked !== undefined) {
    return isShippedSet(asked.name)
      ? { ok: true, set: shippedSet(asked.name) }
      : { ok: false, message: `no set "${asked.name}"; the program has smoke and plumbing` };
  }
  const configured = await configuredSet(config.eval.smoke);
  return configured.ok
    ? { ok: true, set: configured.set ?? shippedSet('smoke') }
    : { ok: false, message: configured.cause };
}
