import type { Mutation } from '../mutant.ts';
import type { Rule } from './scene.ts';

export const MUTATIONS: readonly Mutation<Rule>[] = [
  {
    mistake: 'frames of a claim that the request is not bound to are passed on',
    file: 'src/queue/relay/errands.ts',
    is: '    on(message) {\n      const errand = errands.get(message.claim);',
    becomes:
      "    on(message) {\n      const errand = message.kind === 'ask' ? errands.get(message.claim) : [...errands.values()].find((it) => it.node === message.from);",
    breaks: 'bytes',
  },
  {
    mistake: 'a lost frame is passed over',
    file: 'src/queue/relay/inflow.ts',
    is: '      sent(frame);\n      if (over || frame !== frames) return;\n      frames += 1;',
    becomes: '      if (over || frame < frames) return;\n      frames = frame + 1;',
    breaks: 'bytes',
  },
  {
    mistake: 'a new life does not restore what waits',
    file: 'src/queue/pool/restore.ts',
    is: "if (!isPlaced(it) || apart === 'here') continue;",
    becomes: 'continue;',
    breaks: 'lost',
  },
  {
    mistake: 'claims of dead workers are dropped',
    file: 'src/queue/machine/sweep.ts',
    is: 'if (restored?.has(name) !== true) takeBack(turn, held, false);',
    becomes: '',
    breaks: 'lost',
  },
  {
    mistake: 'what a life may have claimed without a word of it goes with it',
    file: 'src/queue/machine/sweep.ts',
    is: 'restored?.has(name) !== true',
    becomes: 'restored === undefined',
    breaks: 'lost',
  },
  {
    mistake: 'a lease never ends',
    file: 'src/queue/machine/beat.ts',
    is: 'if (leaseEndMs < nowMs)',
    becomes: 'if (leaseEndMs < 0)',
    breaks: 'leak',
  },
  {
    mistake: 'any life may commit, over or not',
    file: 'src/queue/machine/commit.ts',
    is: '!isCurrent(machine, life)',
    becomes: 'false',
    breaks: 'audit',
  },
  {
    mistake: 'what broke elsewhere is left to its worker to give back',
    file: 'src/queue/pool/remote.ts',
    is: '  putBack(pool, again, alone);\n',
    becomes: '',
    breaks: 'lost',
  },
  {
    mistake: 'a worker that hears nothing of the origin ends the claim',
    file: 'src/queue/relay/hosting.ts',
    is: 'over(() => grant.back())',
    becomes: "over(() => grant.finish('client_gone'))",
    breaks: 'lost',
  },
  {
    mistake: 'an origin waits for ever for a worker that says nothing',
    file: 'src/queue/relay/errands.ts',
    is: 'if (silentMs >= silenceMsOf(node))',
    becomes: 'if (silentMs >= Infinity)',
    breaks: 'life',
  },
  {
    mistake: "another node's tickets take no room",
    file: 'src/queue/pool/guests.ts',
    is: '  replica.usedTokens += heldTokens;\n  replica.running += 1;\n',
    becomes: '',
    breaks: 'budget',
  },
  {
    mistake: 'a claim whose origin says that it is over is kept',
    file: 'src/queue/pool/guests.ts',
    is: "  if (event.how === 'over' || pool.home === 'memory')\n",
    becomes: "  if (event.how === 'over') {} else if (pool.home === 'memory')\n",
    breaks: 'leak',
  },
  {
    mistake: 'newcomers in a commit without an answer are forgotten',
    file: 'src/queue/pool/lives.ts',
    is: '    admit(pool, waiting);\n',
    becomes: '',
    breaks: 'lost',
  },
  {
    mistake: 'a tenant is served from behind',
    file: 'src/queue/machine/line.ts',
    is: 'const first = line[placeOf(line, from)];\n  return first !== undefined && first.member < to ? first : undefined;',
    becomes:
      'const last = line[placeOf(line, to) - 1];\n  return last !== undefined && last.member >= from ? last : undefined;',
    breaks: 'order',
  },
];
