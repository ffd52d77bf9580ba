import type { Machine, Tier } from './machine/index.ts';
import { endsWithId, entryOf } from './member.ts';
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
    gone: [...gone],
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

/** The life that holds a ticket's client: of one that waits, or is claimed. */
export function originIn({ ids, claims, nodes }: Machine, id: string): string | undefined {
  for (const life of nodes.keys()) if (ids.get(life)?.has(id)) return life;
  const held = [...nodes.keys()].flatMap((life) => [...(claims.get(life)?.values() ?? [])]);
  const found = held.find(({ member }) => endsWithId(member, id));
  return found && entryOf(found.member).origin;
}
