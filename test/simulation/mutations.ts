import type { Invariant } from './trace.ts';

/** A mistake that somebody could make, and the invariant that tells of it. */
export interface Mutation {
  readonly mistake: string;
  readonly file: string;
  /** Must be in the file as it stands, once. */
  readonly is: string;
  readonly becomes: string;
  readonly breaks: Invariant;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    mistake: 'the lease of a card is granted to whoever asks',
    file: 'src/supervisor/card/lease.ts',
    is: 'if (!isFree) break;',
    becomes: '',
    breaks: 4,
  },
  {
    mistake: "a start does not wait for its card's memory",
    file: 'src/supervisor/replica/proof.ts',
    is: 'if (gpu === undefined) return answer(undefined);',
    becomes: 'return answer(undefined);',
    breaks: 4,
  },
  {
    mistake: 'whose memory must be back is known once, when the proof begins',
    file: 'src/supervisor/replica/proof.ts',
    is: 'get formerPids() {\n      return formerPids.of(cardOf(gpu));\n    },',
    becomes: 'formerPids: formerPids.of(cardOf(gpu)),',
    breaks: 4,
  },
  {
    mistake: 'a group is forgotten when its leader is gone',
    file: 'src/supervisor/replica/life.ts',
    is: 'await seeItGone();',
    becomes: '',
    breaks: 4,
  },
  {
    mistake: 'SIGTERM is sent twice',
    file: 'src/supervisor/replica/endings.ts',
    is: "{ do: 'terminate_leader' },\n    { do: 'seize_card' }",
    becomes: "{ do: 'terminate_leader' },\n    { do: 'terminate_leader' },\n    { do: 'seize_card' }",
    breaks: 5,
  },
  {
    mistake: 'one 503 is believed',
    file: 'src/health/verdict.ts',
    is: "if (health === 'unavailable' && repeats >= ENOUGH)",
    becomes: "if (health === 'unavailable')",
    breaks: 5,
  },
  {
    mistake: 'exit code 0 is no crash',
    file: 'src/supervisor/replica/endings.ts',
    is: 'restarts: before.restarts + 1',
    becomes: 'restarts: before.restarts + (gone.exit.code === 0 ? 0 : 1)',
    breaks: 6,
  },
  {
    mistake: 'a request runs among others until its third death',
    file: 'src/queue/memory-of-deaths.ts',
    is: 'SUSPECT_AFTER_DEATHS = 2',
    becomes: 'SUSPECT_AFTER_DEATHS = 3',
    breaks: 7,
  },
  {
    mistake: 'nothing comes of a third death alone',
    file: 'src/queue/verdict.ts',
    is: 'if (!alone) return [];',
    becomes: 'return [];',
    breaks: 7,
  },
  {
    mistake: 'whoever is in a death is quarantined',
    file: 'src/queue/verdict.ts',
    is: 'if (!alone) return [];',
    becomes: '',
    breaks: 7,
  },
  {
    mistake: 'a config that only a restart can take is taken by a reload',
    file: 'src/node/reload.ts',
    is: 'if (plan.needsRestart.length > 0)',
    becomes: 'if (plan.needsRestart.length > 99)',
    breaks: 9,
  },
  {
    mistake: 'a stop does not wait for its engines',
    file: 'src/supervisor/shutdown.ts',
    is: 'await Promise.all(',
    becomes: 'void Promise.all(',
    breaks: 10,
  },
  {
    mistake: 'what an earlier node left is not swept',
    file: 'test/simulation/node/sweep.ts',
    is: 'if (isAlive(engine)) killAll(world, engine);',
    becomes: 'continue;',
    breaks: 10,
  },
  {
    mistake: 'the first bytes of a stream are lost',
    file: 'src/gateway/relay-stream.ts',
    is: 'let bytes = stream.first;',
    becomes: 'let bytes = stream.first.subarray(stream.first.length);',
    breaks: 1,
  },
  {
    mistake: 'nothing wakes a replica from its backoff',
    file: 'src/supervisor/replica/state.ts',
    is: "event.timer === 'backoff'",
    becomes: "event.timer === 'grace'",
    breaks: 'life',
  },
];
