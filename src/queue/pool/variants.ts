import type { Entry } from '../store.ts';
import type { Ticket } from '../ticket.ts';
import { placedEntryOf } from './cost.ts';
import type { PoolEffect } from './event.ts';
import { isPlaced, type Placed, type Waiting } from './held.ts';
import { enqueue, type Pool } from './pool.ts';

/** What separates the fields of a member stands in no variant. */
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** The variant that a newcomer must run on: what it asks for, while that makes a difference. */
export function variantFor({ variants, choosy }: Pool, { id, variant }: Ticket): string | undefined {
  if (variant === undefined || variants.size === 0) return undefined;
  const plain = plainName(variant);
  if (!variants.has(plain)) return undefined;
  choosy.add(id);
  return plain;
}

/** A real model's name as the store may keep it. */
export function plainName(model: string): string {
  return model.replaceAll(CONTROL_CHARACTERS, ' ');
}

/** Replicas of this node have these models, or will: who asks for one of them may wait for it. */
export function expect(pool: Pool, models: readonly string[]): PoolEffect[] {
  pool.expectedModels = models.map(plainName);
  reviewVariants(pool);
  return [];
}

/** The store puts it back as it was claimed, which may be among those of a variant that it was let go of since. */
export function standsAsOf({ choosy }: Pool, waiting: Waiting, { variant }: Entry): void {
  waiting.variant = variant;
  if (variant !== undefined) choosy.add(waiting.ticket.id);
}

/** Replicas have come, gone, or are told to: what a ticket may ask for follows. */
export function reviewVariants(pool: Pool): void {
  const models = new Set([...pool.expectedModels, ...pool.remoteModels.values()]);
  for (const { open, model } of pool.replicas.values()) if (open && model !== undefined) models.add(model);
  pool.variants = models.size > 1 ? models : new Set();
  letGoOfVariants(pool);
}

/**
 * No ticket waits for a model that nobody has or will have: it goes to the same place among those that any replica may
 * take. One whose place is not known yet is looked at again later.
 */
export function letGoOfVariants(pool: Pool): void {
  const { choosy, variants, waiting: line } = pool;
  for (const id of choosy) {
    const waiting = line.get(id);
    const variant = waiting?.variant;
    if (waiting === undefined || variant === undefined) choosy.delete(id);
    else if (!variants.has(variant) && isPlaced(waiting)) letGo(pool, waiting);
  }
}

function letGo(pool: Pool, waiting: Placed): void {
  const { id } = waiting.ticket;
  pool.choosy.delete(id);
  waiting.variant = undefined;
  if (pool.suspects.has(id)) return; // those apart may run on any
  enqueue(pool, { type: 'cancel', id, refund: undefined });
  enqueue(pool, { type: 'restore_ticket', entry: placedEntryOf(pool, waiting), alone: false });
  waiting.stray = true; // it may have been claimed meanwhile
}
