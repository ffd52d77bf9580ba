import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';

/** Which Redis. Passwords are texts here: whoever reads them from a file does so before. */
export type RedisTarget =
  /** `redis://`, `rediss://` or `unix://`, with credentials in it or beside it if it needs them. */
  | { readonly url: string; readonly password?: string | undefined }
  | { readonly unixSocketPath: string }
  /** A master that Sentinels watch over; each as `HOST:PORT`. */
  | {
      readonly sentinels: readonly string[];
      readonly name: string;
      readonly database: number;
      readonly login: RedisLogin;
    }
  /** Some nodes of a Cluster, each as `HOST:PORT`; it names the others. */
  | { readonly cluster: readonly string[]; readonly login: RedisLogin };

export interface RedisLogin {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean;
}

export type RedisConnection = Redis | Cluster;

/** Longest wait for an answer. Redis itself holds a write back for up to two seconds behind a slow fsync (redis.conf). */
const COMMAND_TIMEOUT_MS = 2_000;
/** How long a connection that is given up may say goodbye, before it is torn down. */
const DISCONNECT_TIMEOUT_MS = 50;
const LOADING_LOOK_MS = 100;
const RECONNECT_FIRST_MS = 20;
const RECONNECT_MAX_MS = 500;
/** A cluster that is resharded answers where a slot is now, and has run nothing. */
const REDIRECTIONS_MAX = 4;

const reconnectInMs = (attempt: number): number => Math.min(RECONNECT_FIRST_MS * attempt, RECONNECT_MAX_MS);

/**
 * ioredis keeps nothing back and sends nothing twice: a command without an answer rejects, and the queue settles its
 * fate. A server is ready when it has loaded its memory, and behind Sentinels when it says itself that it is a master.
 */
const NODE_OPTIONS = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableReadyCheck: true,
  maxLoadingRetryTime: LOADING_LOOK_MS,
  disableClientInfo: true,
  connectTimeout: COMMAND_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
} satisfies RedisOptions;

const OPTIONS = { ...NODE_OPTIONS, enableOfflineQueue: false, retryStrategy: reconnectInMs } satisfies RedisOptions;

/** With a delay of 0 it does not send again what a broken connection or a cluster without master left unanswered. */
const CLUSTER_OPTIONS = {
  enableOfflineQueue: false,
  clusterRetryStrategy: reconnectInMs,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  maxRedirections: REDIRECTIONS_MAX,
  slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
} satisfies ClusterOptions;

/** Connects at once, and again for as long as it is not disconnected. `ready` and `close` tell of it. */
export function connectTo(target: RedisTarget): RedisConnection {
  if ('unixSocketPath' in target) return new Redis({ ...OPTIONS, path: target.unixSocketPath });
  if ('cluster' in target) return connectToCluster(target.cluster, target.login);
  if ('sentinels' in target) {
    const { sentinels, name, database: db, login } = target;
    const watched = { sentinels: sentinels.map(addressOf), name, db, sentinelCommandTimeout: COMMAND_TIMEOUT_MS };
    return new Redis({ ...OPTIONS, ...watched, ...credentialsOf(login), enableTLSForSentinelMode: login.tls });
  }
  const { url, password } = target;
  const credentials = password === undefined ? {} : { password };
  if (url.startsWith('unix://')) return new Redis({ ...OPTIONS, ...credentials, path: url.slice('unix://'.length) });
  return new Redis(url, { ...OPTIONS, ...credentials });
}

function connectToCluster(nodes: readonly string[], login: RedisLogin): Cluster {
  const redisOptions = { ...NODE_OPTIONS, ...credentialsOf(login) };
  return new Cluster(nodes.map(addressOf), { ...CLUSTER_OPTIONS, redisOptions });
}

function credentialsOf({ username, password, tls }: RedisLogin) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}

/** `HOST:PORT`, where an IPv6 host stands in brackets. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
}
