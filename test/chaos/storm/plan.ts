import { KINDS, type Kind } from './kinds.ts';
import { createRandom } from '../../support/random.ts';

export const REPLICAS = ['heavy-0', 'light-0', 'heavy-1', 'light-1'] as const;
export type ReplicaName = (typeof REPLICAS)[number];

/** The one replica on a port; the others have unix sockets. */
export const REPLICA_ON_PORT: ReplicaName = 'light-1';

/** One fault to come. */
export interface Blow {
  /** Pause before it. */
  readonly afterMs: number;
  readonly kind: Kind;
  /** Whom it hits; says nothing where it hits the node or Redis. */
  readonly replica: ReplicaName;
}

const PAUSE_MS = { least: 300, most: 2000 };
/** Some blows fall upon what the one before has just hit. */
const PAUSE_NONE_SHARE = 0.15;

/** An endless storm; a seed repeats it. Kinds are dealt from shuffled decks, so that a storm of one deck has each once. */
export function* planStorm(seed: number): Generator<Blow, never> {
  const random = createRandom(seed);
  const kinds = Object.keys(KINDS) as readonly Kind[];
  for (;;) {
    for (const kind of random.shuffled(kinds)) {
      const afterMs = random.next() < PAUSE_NONE_SHARE ? 0 : random.between(PAUSE_MS.least, PAUSE_MS.most);
      yield { afterMs, kind, replica: targetOf(kind, random.pick(REPLICAS)) };
    }
  }
}

function targetOf(kind: Kind, drawn: ReplicaName): ReplicaName {
  if (kind === 'steal_port') return REPLICA_ON_PORT;
  return kind === 'remove_socket' && drawn === REPLICA_ON_PORT ? 'light-0' : drawn;
}
