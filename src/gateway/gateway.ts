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
  /** The real model name; replies carry it. */
  readonly model: string;
  /** The name its engines are asked by, which each of them must know. */
  readonly engineModel: string;
  readonly aliases: readonly string[];
  readonly maxModelLen: number | undefined;
  /** The longest a request may wait in line. */
  readonly maxWaitMs: number;
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

/** What the gateway is told when it starts, and keeps to. */
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
  /** Until `setTenants` says otherwise. */
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
  /** What tenants may do from now on. */
  setTenants(tenants: TenantSettings): void;
  /** Who is let in from now on. */
  setKeys(policy: KeyPolicy): void;
  /** `/ready` says 503 and new requests are refused with `draining`. */
  drain(): void;
  /** Stops listening; resolves when the last response is out, or at once when `hurry` aborts. */
  stop(hurry: AbortSignal): Promise<void>;
}

export type StartGateway = (settings: GatewaySettings, routes: readonly PoolRoute[], rooms: GatewayRooms) => Gateway;
