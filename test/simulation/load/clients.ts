import { checkAnswer } from '../rules/answers.ts';
import type { SimulatedNode } from '../node/node.ts';
import type { Tally } from '../tally.ts';
import { chance, mostlyShort, type World } from '../world/world.ts';
import type { Story } from './ledger.ts';
import { serve, type Outcome } from './serve.ts';

/** How the clients of a story are. */
export interface LoadTemper {
  /** Between two requests, about. */
  readonly everyMs: number;
  /** Share of requests that kill engines. */
  readonly poison: number;
}

/** Clients that send requests until they are told to stop. */
export interface Clients {
  /** From now on. */
  begin(temper: LoadTemper): void;
  stop(): void;
  /** The node died: every connection to it broke. */
  nodeDied(): void;
}

const POOLS = ['heavy', 'light'] as const;
/** Times that a client sends the same again where it got no answer. */
const TRIES_MAX = 4;
const RETRY_MS_MAX = 5000;

export function createClients(world: World, tally: Tally, node: () => SimulatedNode | undefined): Clients {
  const waiting = new Set<string>();
  let current: LoadTemper | undefined;

  function begin(temper: LoadTemper): void {
    current = temper;
    const arrive = (): void => {
      if (current !== temper) return;
      send(anyStory(world, temper), 1);
      world.agenda.after(world.random.next() * 2 * temper.everyMs, arrive);
    };
    arrive();
  }

  function send(story: Story, attempt: number): void {
    const id = `r${world.count()}`;
    const to = node();
    if (to === undefined || to.isStopping) return; // nobody listens
    world.ledger.add(id, story);
    tally.request('arrived');
    waiting.add(id);
    const leaving = new AbortController();
    const cancel = chance(world, 0.05)
      ? world.agenda.after(world.random.next() * 2 * story.runsMs, () => leaving.abort(new Error('left')))
      : undefined;
    void serve(to, id, story, leaving.signal).then((outcome) => {
      cancel?.();
      if (!to.pulse.isAlive || !waiting.delete(id)) return;
      end(id, story, leaving.signal.aborted ? undefined : outcome, attempt);
    });
  }

  function end(id: string, story: Story, outcome: Outcome | undefined, attempt: number): void {
    const how = outcome === undefined ? 'left' : wordsOf(outcome);
    tally.request(`ended: ${how}`);
    world.ledger.ended(id, how);
    if (outcome === undefined) return;
    checkAnswer(id, story, outcome, world.trace);
    const mayTryAgain = !outcome.isWhole && attempt < TRIES_MAX && current !== undefined && chance(world, 0.5);
    if (mayTryAgain) world.agenda.after(world.random.next() * RETRY_MS_MAX, () => send(story, attempt + 1));
  }

  return {
    begin,
    stop: () => void (current = undefined),
    nodeDied() {
      for (const id of waiting) {
        tally.request('ended: node died');
        world.ledger.ended(id, 'node died');
      }
      waiting.clear();
    },
  };
}

function wordsOf({ status, refusal, isWhole }: Outcome): string {
  if (status === 200) return isWhole ? 'whole' : 'broken off';
  return refusal ?? `${status}`;
}

function anyStory(world: World, { poison }: LoadTemper): Story {
  const { random } = world;
  const pieces = random.between(1, 5);
  return {
    pool: random.pick(POOLS),
    body: `body ${world.count()}`,
    isStream: chance(world, 0.5),
    runsMs: mostlyShort(world, 50, chance(world, 0.05) ? 60_000 : 6000),
    pieces,
    killsAt: chance(world, poison) ? random.between(0, pieces) : undefined,
    failsOnce: chance(world, 0.03),
  };
}
