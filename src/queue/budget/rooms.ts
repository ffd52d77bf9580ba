import { z } from 'zod';

/** One open replica of a pool, as the nodes tell each other. */
export interface Room {
  /** Its address: `NODE/REPLICA`. */
  readonly replica: string;
  /** KV tokens that it can hold. */
  readonly kvTokens: number;
  /** Requests at once. */
  readonly sequencesMax: number;
  /** Its real model. */
  readonly model?: string | undefined;
}

/** Other versions may add to it. */
const ROOMS = z.array(
  z.object({
    replica: z.string().min(1),
    kvTokens: z.number(),
    sequencesMax: z.number(),
    model: z.string().optional(),
  }),
);

/** The replicas that this node opened for a pool, as text for the store. */
export const encodeRooms = (rooms: readonly Room[]): string =>
  JSON.stringify(
    rooms.map(({ replica, kvTokens, sequencesMax, model }) => ({ replica, kvTokens, sequencesMax, model })),
  );

/** Reads what another node wrote, of whatever version: none where it cannot be read. */
export function decodeRooms(text: string): readonly Room[] {
  try {
    return ROOMS.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
