import type { Machine, Tier } from './machine/index.ts';
import { entryOf } from './member.ts';
import type { PoolState } from './pool-state.ts';
import type { Priority } from './ticket.ts';

/** All that a machine holds. A copy: what happens later does not show in it. */
export function inspectMachine(machine: Machine): PoolState {
  const { line, apart, claims, ids, nodes, gone, rooms, tiersClock, served, order } = machine;
  const each = <T>(read: (tier: Tier) => T): Record<Priority, T> => {
    const { interactive, default: normal, bulk } = machine.tiers;
    return { interactive: read(interactive), default: read(normal), bulk: read(bulk) };
  };
  return {
    nowUs: machine.clockUs(),
    line: line.map(({ entry }) => entry),
    apart: apart.map(({ entry }) => entry),
    claims: [...claims].flatMap(([life, held]) =>
      [...held].map(([claim, { kind, replica, member }]) => ({ claim, life, kind, replica, entry: entryOf(member) })),
    ),
    lives: [...nodes].map(([life, leaseEndMs]) => ({ life, leaseEndMs, rooms: rooms.get(life) ?? '' })),
    gone: [...gone.keys()],
    index: new Map([...ids].map(([life, of]) => [life, new Map([...of].map(([id, { entry }]) => [id, entry]))])),
    flows: each(({ flows }) => new Map(flows)),
    idle: each(({ idle }) => new Map(idle)),
    counters: {
      flowClocks: each(({ clock }) => clock),
      tierTimes: each(({ virtual }) => virtual),
      inTurn: each(({ turn }) => turn),
      tierClock: tiersClock,
      served,
      order,
    },
    strays: [],
  };
}
