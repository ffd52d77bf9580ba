import type { ReplicaPlan } from '../../engine/index.ts';
import { delay } from '../../telemetry/index.ts';
import { provenFree, type CardProof, type CardWant } from '../card/proven-free.ts';
import { cardOf, type Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { LastExit } from '../fleet.ts';
import type { FormerPids } from '../former-pids.ts';

/** How often it is looked whether a neighbour's ending, which came while the card was proven, is over. */
const NEIGHBOUR_POLL_MS = 50;

/** The proof that a card's memory is back, before a replica starts on it. */
export interface Proof {
  /** Answers once, unless it is given up: with nothing where the start may begin, else with what hinders it. Rejects where it cannot be told. */
  begin(answer: (hindrance: LastExit | undefined) => void): Promise<void>;
  giveUp(): void;
}

export interface ProofRooms {
  readonly effects: SupervisorEffects;
  readonly cards: Cards;
  readonly formerPids: FormerPids;
}

/** Proofs for one replica, one at a time. One without a card needs none. */
export function createProof(plan: ReplicaPlan, { effects, cards, formerPids }: ProofRooms): Proof {
  const { name, gpu } = plan.replica;
  const card = cardOf(gpu);
  let isUnreadTold = false;
  let current = new AbortController();

  function hindrance(proof: CardProof): LastExit | undefined {
    if (proof.is === 'occupied') return exit('no_card_memory', proof.advice);
    // Where nobody can tell, too, or the card took their memory with it: a pid that is listed weeks later is a stranger's.
    formerPids.clear(card);
    if (proof.is === 'lost') return exit('card_lost', lostAdvice(proof.because));
    tellUnread(proof);
    return undefined;
  }

  function lostAdvice(because: string): string {
    return `Card ${gpu} cannot be reached (${because}); see \`journalctl -k\` for its XID, then reset it or reboot.`;
  }

  function exit(cause: 'no_card_memory' | 'card_lost', advice: string): LastExit {
    return { cause, code: null, signal: null, advice, atUnixMs: effects.unixMs() };
  }

  /** Once, until it can be read again: every start would say the same. */
  function tellUnread(proof: CardProof): void {
    if (proof.is !== 'unread') isUnreadTold = false;
    if (proof.is !== 'unread' || isUnreadTold) return;
    isUnreadTold = true;
    const { because } = proof;
    effects.log.warn({ replica: name, gpu, because }, `${name} starts without proof that its card is free: ${because}`);
  }

  return {
    async begin(answer) {
      if (gpu === undefined) return answer(undefined);
      const { signal } = (current = new AbortController());
      const want = wantOf(plan, gpu, formerPids);
      const proof = await provenAlone(want, { effects, cards, formerPids }, signal);
      if (!signal.aborted) answer(hindrance(proof));
    },
    giveUp: () => current.abort(),
  };
}

/** Whose memory must be back is read at each look: a neighbour may crash, and be gone, while the card is looked at. */
function wantOf({ replica }: ReplicaPlan, gpu: number, formerPids: FormerPids): CardWant {
  return {
    gpu,
    replica: replica.name,
    fraction: replica.gpuMemoryUtilization,
    get formerPids() {
      return formerPids.of(cardOf(gpu));
    },
  };
}

/**
 * A crash waits for nobody's turn: what was proven before one on the same card says nothing of the memory it gives back,
 * and is proven again.
 */
async function provenAlone(want: CardWant, { effects, cards }: ProofRooms, signal: AbortSignal): Promise<CardProof> {
  const card = cardOf(want.gpu);
  for (;;) {
    const proof = await provenFree(want, effects, signal);
    const mayStart = proof.is === 'free' || proof.is === 'unread';
    if (!mayStart || isAlone(cards, card)) return proof;
    while (!signal.aborted && !isAlone(cards, card)) await delay(effects.clock, NEIGHBOUR_POLL_MS);
  }
}

/** Only whoever starts holds the card: no neighbour's ending is under way on it. */
function isAlone(cards: Cards, card: string): boolean {
  return (cards.view().find((it) => it.card === card)?.holders.length ?? 0) <= 1;
}
