import type { Clock, Metrics } from '../../telemetry/index.ts';
import { createErrands, type Exchange } from './errands.ts';
import { createHostings } from './hostings.ts';
import { SILENCE_MS_MAX, SILENCE_OF_THE_DEAD_MS_MAX, TICK_MS } from './limits.ts';
import { decode, encode, type Message } from './message.ts';
import { nodeOf, type Relay, type RelayListener } from './relay.ts';
import type { Wire } from './wire.ts';

/** What a relay needs of the world. */
export interface RelayEffects {
  /** Its own: it listens there, and closes it. */
  readonly wire: Wire;
  readonly clock: Clock;
  /** This node's name: no `:` and no `/` in it. */
  readonly nodeName: string;
  readonly metrics?: Pick<Metrics, 'relayFrames' | 'duplicateClaims'>;
}

/** Runs requests on other nodes and theirs here, over a wire that may lose what it is given. */
export function createRelay({ wire, clock, nodeName, metrics }: RelayEffects, listener: RelayListener): Relay {
  const framesIn = metrics?.relayFrames.labels({ direction: 'in' });
  const framesOut = metrics?.relayFrames.labels({ direction: 'out' });
  let others: ReadonlySet<string> | undefined;

  function post(node: string, message: Message): void {
    framesOut?.inc();
    wire.send(node, encode(message));
  }
  function tellAll(message: Message): void {
    for (const node of others ?? []) post(node, message);
  }
  const silenceMsOf = (node: string): number =>
    others === undefined || others.has(node) ? SILENCE_MS_MAX : SILENCE_OF_THE_DEAD_MS_MAX;

  const ticker = createTicker(clock, () => {
    const sending = errands.look(silenceMsOf);
    return hostings.look(silenceMsOf) || sending;
  });
  const exchange: Exchange = { nodeName, nowMs: () => clock.nowMs(), post, wake: ticker.wake };
  const errands = createErrands(
    exchange,
    (guest) => listener.asked(guest),
    () => metrics?.duplicateClaims.inc(),
  );
  const hostings = createHostings(exchange);
  const hear = createDispatch(errands, hostings, listener, post, nodeName);
  wire.listen((bytes) => {
    const message = decode(bytes);
    if (message === undefined) return;
    framesIn?.inc();
    hear(message);
  });

  return {
    host: (guest, grant) => hostings.host(guest, grant),
    send: (guest, request, fingerprint) => errands.send(guest, request, fingerprint),
    resize: ({ claim, replica }, tokens) => post(nodeOf(replica), { kind: 'resize', from: nodeName, claim, tokens }),
    end: (guest, outcome, account) => errands.end(guest, outcome, account),
    tellEnded: (replica, ending) => tellAll({ kind: 'ended', from: nodeName, replica, ending }),
    tellQuarantineChanged: (pool) => tellAll({ kind: 'quarantine', from: nodeName, pool }),
    tellCancel: (node, id) => post(node, { kind: 'cancel', from: nodeName, id }),
    alive(lives) {
      others = new Set(lives.map(nodeOf).filter((node) => node !== nodeName));
      wire.peers(others.size);
    },
    lapsed: () => hostings.dropAll(),
    async close() {
      ticker.stop();
      hostings.dropAll();
      errands.close();
      await wire.close();
    },
  };
}

/** Each message to who it is for. */
function createDispatch(
  errands: ReturnType<typeof createErrands>,
  hostings: ReturnType<typeof createHostings>,
  listener: RelayListener,
  post: Exchange['post'],
  nodeName: string,
): (message: Message) => void {
  return (message) => {
    switch (message.kind) {
      case 'ask':
      case 'reply':
      case 'data':
      case 'end':
        return errands.on(message);
      case 'still':
        return errands.onStill(message);
      case 'want':
        return hostings.onWant(message);
      case 'credit': // of either side: a claim is on one of them only
        if (!hostings.on(message)) errands.on(message);
        return;
      case 'run':
      case 'over':
      case 'body':
      case 'abort':
      case 'resize':
        return void hostings.on(message);
      case 'request': {
        const { claim } = message;
        if (!hostings.on(message)) post(message.from, { kind: 'end', from: nodeName, claim, n: 0, how: 'reset' });
        return;
      }
      case 'ended':
        return listener.ended(message.replica, message.ending);
      case 'quarantine':
        return listener.quarantineChanged(message.pool);
      case 'cancel':
        return listener.cancel(message.id);
    }
  };
}

/** Looks now and then while there is something to look after, and rests otherwise. */
function createTicker(clock: Clock, look: () => boolean) {
  let cancel: (() => void) | undefined;
  let stopped = false;
  function tick(): void {
    cancel = undefined;
    if (look()) wake();
  }
  function wake(): void {
    if (!stopped) cancel ??= clock.after(TICK_MS, tick);
  }
  return {
    wake,
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
