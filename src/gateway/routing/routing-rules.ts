import type { Weights } from './weigh.ts';

/** The config's section `routing`. */
export interface RoutingRules {
  /** The pool of light requests. */
  readonly light: string;
  /** The pool of heavy ones. */
  readonly heavy: string;
  readonly weights: Weights;
  /** The pool that steps in for one that cannot serve, by that one's name. */
  readonly fallback: Readonly<Record<string, string>>;
}

/** What a tenant lets this server decide. */
export interface TenantRouting {
  /** Whether `auto`, and no model at all, are taken. */
  readonly auto: boolean;
  /** Whether another pool may answer than the one it asked for. */
  readonly fallback: boolean;
  mayUse(pool: string): boolean;
}

/** A tenant of whom the config says nothing. */
export const ANY_TENANT: TenantRouting = { auto: true, fallback: false, mayUse: () => true };
