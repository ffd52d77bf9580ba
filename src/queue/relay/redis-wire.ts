import type { Clock, Log, Metrics } from '../../telemetry/index.ts';
import type { RedisTarget } from '../redis-connection.ts';
import { PREFIX } from '../schema.ts';
import { joinMessages, splitMessages } from './batch.ts';
import { createEar } from './ear.ts';
import { createMouth } from './mouth.ts';
import { createPulse } from './pulse.ts';
import { BELL_CHANNEL, type Wire } from './wire.ts';

/** What a wire needs of the world. */
export interface RedisWireEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Pick<Metrics, 'relayRebuilds'>;
}

/** What a node says to itself: a payload without messages. */
const PING = Buffer.alloc(0);

const inboxOf = (node: string): string => `${PREFIX}node:${node}`;

/**
 * The wire through Redis's pub/sub: one connection to write, one to hear. What is sent while there is no connection is
 * lost. What is sent to a node in one turn of the event loop goes together.
 */
export function createRedisWire(target: RedisTarget, nodeName: string, effects: RedisWireEffects): Wire {
  const { clock, log, metrics } = effects;
  const inbox = inboxOf(nodeName);
  const outboxes = new Map<string, Uint8Array[]>();
  let hear: (message: Uint8Array) => void = () => undefined;
  let bell: (pool: string) => void = () => undefined;

  const mouth = createMouth(target);
  const ear = createEar(target, [inbox, BELL_CHANNEL], (channel, payload) => {
    pulse.heard();
    if (channel === BELL_CHANNEL) bell(payload.toString());
    else for (const message of splitMessages(payload)) hear(message);
  });
  function rebuild(): void {
    metrics?.relayRebuilds.inc();
    ear.rebuild();
  }
  const pulse = createPulse(clock, {
    ping: () => mouth.say(inbox, PING),
    deaf() {
      log.warn({ node: nodeName }, 'nothing comes through from other nodes: the subscription is made anew');
      rebuild();
    },
  });
  function flush(): void {
    for (const [node, messages] of outboxes) {
      for (const payload of joinMessages(messages)) void mouth.say(inboxOf(node), payload);
    }
    outboxes.clear();
  }

  return {
    send(node, message) {
      if (outboxes.size === 0) setImmediate(flush);
      const outbox = outboxes.get(node);
      if (outbox) outbox.push(message);
      else outboxes.set(node, [message]);
    },
    listen: (listener) => void (hear = listener),
    onBell: (listener) => void (bell = listener),
    peers: (count) => pulse.beat(count > 0),
    rebuild,
    close() {
      pulse.beat(false);
      ear.close();
      mouth.close();
      return Promise.resolve();
    },
  };
}
