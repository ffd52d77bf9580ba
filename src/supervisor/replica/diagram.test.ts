import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RestartConfig } from '../../config/index.ts';
import { START_PHASES } from '../../engine/index.ts';
import { REPLICA_STATES } from '../fleet.ts';
import { policy as defaults } from './policy.fixture.ts';
import { NEVER_STARTED, type Replica, type ReplicaEvent } from './stage.ts';
import { step } from './state.ts';
import { capacity, exit } from './steps.fixture.ts';

const PAGE = fileURLToPath(new URL('../../../docs/replica-states.md', import.meta.url));
const policy: RestartConfig = { ...defaults, maxRestarts: 2 };

/** One of every kind of event that makes a difference, in a replica's life of now. */
function representatives(life: number): readonly ReplicaEvent[] {
  const timers = ['phase', 'healthy', 'drain', 'second_term', 'grace', 'backoff'] as const;
  const causes = ['unknown', 'bad_flag'] as const;
  const exits = causes.map((cause) => ({ ...exit, cause }));
  return [
    ...(['restart', 'stop', 'stay', 'hurry', 'drain', 'resume'] as const).map((on) => ({ on })),
    { on: 'restart', held: true },
    { on: 'open', share: 0.5 },
    ...(['card_granted', 'card_proven', 'answering', 'idle', 'exited'] as const).map((on) => ({ on, life })),
    ...exits.map((it) => ({ on: 'hindered', life, exit: it }) as const),
    ...exits.map((it) => ({ on: 'gone', life, atMs: 0, exit: it, from: 'log' }) as const),
    { on: 'unlaunchable', life, exit },
    { on: 'unspawned', life, exit, atMs: 0 },
    { on: 'broken', life, why: exit },
    ...START_PHASES.map((phase) => ({ on: 'progress', life, progress: { phase } }) as const),
    { on: 'warm', life, capacity },
    { on: 'verdict', life, verdict: { is: 'busy' } },
    { on: 'verdict', life, verdict: { is: 'stalled', forMs: 1 } },
    { on: 'core_lost', life, process: { pid: 7, comm: 'VLLM::EngineCor' } },
    ...timers.map((timer) => ({ on: 'elapsed', life, timer }) as const),
  ];
}

/** What `step` decides by, without what only grows. */
function kindOf({ stage, held, failures, endings }: Replica): string {
  return JSON.stringify([stage, held, Math.min(failures, 1), endings.length]);
}

/** Every pair of states that any sequence of events leads from and to. */
function edgesOfTheMachine(): ReadonlySet<string> {
  const edges = new Set<string>();
  const seen = new Set([kindOf(NEVER_STARTED)]);
  const waiting = [NEVER_STARTED];
  for (let before = waiting.pop(); before !== undefined; before = waiting.pop()) {
    for (const event of representatives(before.life)) {
      const { replica } = step(before, event, policy);
      if (replica.stage.in !== before.stage.in) edges.add(`${before.stage.in} --> ${replica.stage.in}`);
      if (seen.has(kindOf(replica))) continue;
      seen.add(kindOf(replica));
      waiting.push(replica);
    }
  }
  return edges;
}

/** The arrows of the page's diagram, without their labels. */
function edgesOfTheDiagram(page: string): ReadonlySet<string> {
  const [, diagram = ''] = /```mermaid\n([\s\S]*?)```/.exec(page) ?? [];
  const arrows = diagram.matchAll(/^\s*(\w+) --> (\w+)/gm);
  return new Set([...arrows].map(([, from, to]) => `${from} --> ${to}`));
}

/** In the order a replica lives. */
function inOrder(edges: ReadonlySet<string>): readonly string[] {
  return REPLICA_STATES.flatMap((from) => REPLICA_STATES.map((to) => `${from} --> ${to}`)).filter((it) =>
    edges.has(it),
  );
}

test('the page shows the transitions the machine can make, and no others', () => {
  const machine = inOrder(edgesOfTheMachine());
  const diagram = edgesOfTheDiagram(readFileSync(PAGE, 'utf8'));
  expect([...diagram].toSorted()).toEqual([...machine].toSorted()); // what is received is the page, what is expected is right
});

test('the page explains every state', () => {
  const page = readFileSync(PAGE, 'utf8');
  const explained = REPLICA_STATES.filter((state) => new RegExp(`^\\| \`${state}\`\\s+\\|`, 'm').test(page));
  expect(explained).toEqual([...REPLICA_STATES]);
});
