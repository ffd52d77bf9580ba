import { Cluster } from 'ioredis';
import type { RedisConnection } from './redis-connection.ts';
import type { StoreLink } from './store.ts';

/** A connection whose losses are told, and whose errors hold no secret. */
export interface RedisLink {
  /** Does `attempt`, named `what` in its error. An answer that does not come, or of a server that may not write, ends the connection. */
  ask<T>(what: string, attempt: () => Promise<T>): Promise<T>;
  watch(listener: (link: StoreLink) => void): void;
  close(): void;
}

/** What a server says that is not, or no more, the one to write to. It has run nothing; another connection may find the right one. */
const MISPLACED = /^-?(READONLY|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|MOVED|ASK|TRYAGAIN)\b/;

export function createRedisLink(redis: RedisConnection): RedisLink {
  let tell = tellNobody;
  let lastError = new Error('Redis closed the connection');
  redis.on('error', (error: Error) => {
    forgetCommand(error);
    lastError = error;
  });
  redis.on('ready', () => tell({ is: 'connected' }));
  redis.on('close', () => tell({ is: 'lost', cause: lastError }));

  return {
    async ask(what, attempt) {
      try {
        return await attempt();
      } catch (cause) {
        forgetCommand(cause);
        if (isLoss(cause) || (redis instanceof Cluster && isBroken(cause))) {
          if (cause instanceof Error) lastError = cause;
          redis.disconnect(true); // its answer may still come: on a connection nobody reads any more
        }
        throw new Error(`Redis did not ${what}: ${explain(cause, lastError)}`, { cause });
      }
    },
    watch(listener) {
      tell = listener;
      if (redis.status === 'ready') listener({ is: 'connected' });
    },
    close() {
      tell = tellNobody;
      redis.disconnect();
    },
  };
}

const tellNobody: (link: StoreLink) => void = () => undefined;

/** ioredis hangs the command on its errors, arguments and all: the password of an AUTH must not reach a log. */
function forgetCommand(error: unknown): void {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
}

function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { message } = error;
  return (
    message === 'Command timed out' || MISPLACED.test(message) || message.startsWith('Too many Cluster redirections')
  );
}

/** A Cluster tells of nothing while it reaches one of its nodes; what the others hold is lost all the same. */
const isBroken = (error: unknown): boolean => error instanceof Error && error.message === 'Connection is closed.';

/** While there is no connection ioredis only says that the stream is not writeable; why is what it said before. */
function explain(cause: unknown, lastError: Error): string {
  const { message } = cause instanceof Error ? cause : lastError;
  return message.startsWith("Stream isn't writeable") || message.startsWith("Cluster isn't ready")
    ? lastError.message
    : message;
}
