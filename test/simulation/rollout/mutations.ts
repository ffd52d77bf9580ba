import type { Mutation } from '../mutant.ts';
import type { Rule } from './scene.ts';

const IN = 'src/supervisor/rollout';

export const MUTATIONS: readonly Mutation<Rule>[] = [
  {
    mistake: 'a replica is taken down however few others serve',
    file: `${IN}/room.ts`,
    is: "return count('ready') >= minReady || count('coming') === 0;",
    becomes: 'return true;',
    breaks: 'ready',
  },
  {
    mistake: 'one that waits for its card leaves, whatever became of the others meanwhile',
    file: `${IN}/worker.ts`,
    is: 'if (neighbours.isCrowded(move)) keep(at, stage, move);',
    becomes: '',
    breaks: 'ready',
  },
  {
    mistake: 'a drain is cut short',
    file: 'src/supervisor/replica/departure.ts',
    is: 'afterMs: drainTimeoutMs ?? policy.drainTimeoutMs',
    becomes: 'afterMs: (drainTimeoutMs ?? policy.drainTimeoutMs) / 2',
    breaks: 'drain',
  },
  {
    mistake: 'a new engine is opened as soon as it is warm',
    file: `${IN}/hands.ts`,
    is: "replica.send({ on: 'restart', held: true });",
    becomes: "replica.send({ on: 'restart' });",
    breaks: 'gate',
  },
  {
    mistake: 'no gate is asked',
    file: `${IN}/forward.ts`,
    is: "return 'evaluating';",
    becomes: "return 'done';",
    breaks: 'gate',
  },
  {
    mistake: 'a share is the whole',
    file: `${IN}/step.ts`,
    is: 'share: hold?.share ?? 1',
    becomes: 'share: 1',
    breaks: 'gate',
  },
  {
    mistake: 'two moves begin at once',
    file: `${IN}/state.ts`,
    is: 'return underWay(rollout) === undefined ? forwards(rollout, policies) : unchanged(rollout);',
    becomes: 'return forwards(rollout, policies);',
    breaks: 'one',
  },
  {
    mistake: 'an engine that hangs is waited for',
    file: `${IN}/forward.ts`,
    is: "if (timer === 'start' && (move.stage === 'starting' || move.stage === 'evaluating')) {",
    becomes: "if (timer === 'start' && move.stage === 'evaluating') {",
    breaks: 'end',
  },
  {
    mistake: 'what moved before the failure stays moved',
    file: `${IN}/back.ts`,
    is: "rollout.moves.findLastIndex((it) => it.stage === 'done')",
    becomes: '-1',
    breaks: 'whole',
  },
  {
    mistake: 'a replica that is in the record twice is not started where its second move has not begun',
    file: `${IN}/record.ts`,
    is: 'if (isBegun || !isBroughtBack) standing.set(',
    becomes: 'standing.set(',
    breaks: 'whole',
  },
  {
    mistake: 'a command is taken before the rollout has begun',
    file: `${IN}/run.ts`,
    is: 'void recorded.then(() => send(event))',
    becomes: 'send(event)',
    breaks: 'world',
  },
  {
    mistake: 'what an operator started meanwhile is not taken down by a rollout that resumes',
    file: `${IN}/begin.ts`,
    is: "return stage === 'starting' || stage === 'evaluating' || stage === 'holding' ? 'draining' : stage;",
    becomes: "return stage === 'evaluating' || stage === 'holding' ? 'draining' : stage;",
    breaks: 'world',
  },
  {
    mistake: 'a card need not have room for what comes next',
    file: `${IN}/order.ts`,
    is: 'return used <= CARD_MEMORY_FRACTION_MAX + EPSILON;',
    becomes: 'return used < CARD_MEMORY_FRACTION_MAX * 9 + EPSILON;',
    breaks: 'done',
  },
];
