import type { GatewayConfig, GuardrailsConfig } from '../config/index.ts';
import type { Keyed, Queue } from '../queue/index.ts';
import type { Fleet } from '../supervisor/index.ts';
import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import type { RoutingRules } from './routing/routing-rules.ts';
import type { KeyPolicy } from './tenants/door.ts';
import type { TenantSettings } from './tenants/tenant-table.ts';

/** One pool as clients may name it. */
export interface PoolRoute {
  readonly pool: string;
  /** The real model that its config asks for: its replicas have it, or will. A request that names it runs on such a one. */
  readonly model: string;
  /** The name its engines are asked by, which each of them must know. */
  readonly engineModel: string;
  readonly aliases: readonly string[];
  /** What it answered to before and still does: while its replicas change, and for a while after. */
  readonly formerNames?: readonly FormerName[];
  readonly maxModelLen: number | undefined;
  /** The longest a request may wait in line. */
  readonly maxWaitMs: number;
}

/** A name of a pool that its config does not have any more. A present name of whichever pool wins over it. */
export interface FormerName {
  readonly name: string;
  /**
   * It is a real model's: who asks by it is answered by a replica that has that model, as long as one has it or will. Any
   * replica answers to a name that is none, an alias.
   */
  readonly isModel: boolean;
  /** Unix ms from when it is unknown; `undefined`: until `setRoutes` says otherwise, as while replicas change. */
  readonly untilUnixMs: number | undefined;
}

/** An engine's refusal in OpenAI's terms. */
export interface EngineErrorReply {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** What the gateway is told when it starts, and may be told anew. */
export interface GatewaySettings extends GatewayConfig {
  /** Whether this node has the role; one that has not refuses requests, and still tells how it is. */
  readonly takesRequests: boolean;
  /** A stream that waits in line so long gets its headers, and comments that tell its place. */
  readonly flushAfterMs: number;
  /** Most that this node holds of bodies which are not whole yet, together. */
  readonly maxReceivingBytes: number;
  /** Whether this node's replicas are served without Redis. */
  readonly onRedisDown: 'degraded' | 'refuse';
  readonly routing: RoutingRules;
  readonly guardrails: GuardrailsConfig;
  readonly tenants: TenantSettings;
  /** Until `setKeys` says otherwise. */
  readonly keys: KeyPolicy;
}

/** What the gateway is given by `node/`. */
export interface GatewayRooms {
  readonly queue: Queue;
  readonly keyed: Keyed;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** The time of day: keys have an end. */
  readonly unixMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A fresh request id. */
  readonly newId: () => string;
  /** Puts an engine's error body into OpenAI's shape; `engine/` knows the shapes. */
  readonly normaliseError: (status: number, bodyText: string) => EngineErrorReply;
}

/** The HTTP server in front of everything. */
export interface Gateway {
  /** The port it listens on. */
  readonly port: number;
  /** Other pools or names from now on; running requests are untouched. */
  setRoutes(routes: readonly PoolRoute[]): void;
  /** Takes settings for requests that come from now on; those that run keep theirs. Host and port stay, and so do the keys. */
  retune(settings: GatewaySettings): void;
  /** Who is let in from now on. */
  setKeys(policy: KeyPolicy): void;
  /** `/ready` says 503 and new requests are refused with `draining`. */
  drain(): void;
  /** Stops listening; resolves when the last response is out, or at once when `hurry` aborts. */
  stop(hurry: AbortSignal): Promise<void>;
}

export type StartGateway = (settings: GatewaySettings, routes: readonly PoolRoute[], rooms: GatewayRooms) => Gateway;
