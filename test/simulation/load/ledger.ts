import type { Over } from '../engine/exchange.ts';
import type { Trace } from '../trace.ts';

/** What a request is like, drawn when it is made. */
export interface Story {
  readonly pool: string;
  /** What an engine is asked: the same again has the same. */
  readonly body: string;
  readonly isStream: boolean;
  readonly runsMs: number;
  /** Pieces of its answer. */
  readonly pieces: number;
  /** The engine dies of it at this piece. */
  readonly killsAt: number | undefined;
  /** An engine that lives fails it, the first time. */
  readonly failsOnce: boolean;
}

/** The world's own books of all requests: what they met, and what may not happen to them. */
export interface Ledger {
  add(id: string, story: Story): void;
  find(id: string): Story | undefined;
  /** It is on its way into an engine, named by its leader's pid. */
  sent(id: string, engine: number): void;
  /** An engine of ours ended, or is ended for what it is: nobody asked for it. */
  engineDied(engine: number): void;
  /** Its exchange there is over. */
  over(id: string, engine: number, how: Over): void;
  /** Whether an engine fails it now. */
  failsNow(id: string): boolean;
  /** Its client has its one outcome. */
  ended(id: string, outcome: string): void;
  /** The node keeps this body from its engines from now on. */
  quarantined(body: string): void;
  /** An operator let all go. */
  released(): void;
  /** The node is another one: it knows of no deaths. */
  newNode(): void;
  /** Requests without an outcome. */
  open(): readonly string[];
}

interface Entry {
  readonly story: Story;
  /** Engines that died under it. */
  deaths: number;
  /** Exchanges that broke under it: an engine's death, as far as anybody can see then. */
  breaks: number;
  mustBeAlone: boolean;
  /** Others were in the engine with it, before or after. */
  hadCompany: boolean;
  hasFailed: boolean;
  isOver: boolean;
}

interface BodyDeaths {
  /** Different engines that died. */
  readonly engines: Set<number>;
  breaks: number;
  atMs: number;
}

/** Deaths after which a request runs alone. */
const SUSPECT_AFTER = 2;

export function createLedger(trace: Trace, nowMs: () => number, quarantineMs: number): Ledger {
  const entries = new Map<string, Entry>();
  const inFlight = new Map<number, Set<string>>();
  const deadEngines = new Set<number>();
  /** By body: a client that lost its stream sends the same again. */
  const deaths = new Map<string, BodyDeaths>();
  const condemned = new Map<string, number>();
  const guilty = new Set<string>();
  const open = new Set<string>();

  function at(id: string): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw new Error(`no request is called ${id}`);
    return entry;
  }

  function isSuspect({ deaths: own, story }: Entry): boolean {
    const kind = deaths.get(story.body);
    const isRemembered = kind !== undefined && nowMs() - kind.atMs < quarantineMs;
    return own >= SUSPECT_AFTER || (isRemembered && kind.engines.size >= SUSPECT_AFTER);
  }

  function meet(id: string, entry: Entry, engine: number): void {
    const others = [...(inFlight.get(engine) ?? [])].filter((it) => it !== id);
    entry.hadCompany = others.length > 0;
    if (entry.mustBeAlone && entry.hadCompany) {
      trace.broken(7, `${id} was in two deaths and runs in engine ${engine} among ${others.join(', ')}`);
    }
    for (const other of others) {
      at(other).hadCompany = true;
      if (at(other).mustBeAlone) trace.broken(7, `${id} joins ${other}, which must be alone, in engine ${engine}`);
    }
  }

  function broke(entry: Entry, engine: number): void {
    const { body } = entry.story;
    const kind = deaths.get(body) ?? { engines: new Set(), breaks: 0, atMs: 0 };
    deaths.set(body, kind);
    kind.breaks += 1;
    entry.breaks += 1;
    if (!entry.hadCompany && Math.max(entry.breaks, kind.breaks) > SUSPECT_AFTER) guilty.add(body);
    if (!deadEngines.has(engine)) return; // it may live, or is ended by us
    kind.engines.add(engine);
    kind.atMs = nowMs();
    entry.deaths += 1;
    if (!entry.hadCompany && entry.mustBeAlone) condemned.set(body, nowMs() + quarantineMs);
  }

  return {
    add(id, story) {
      trace.note(`${id} is asked for in ${story.pool}`);
      entries.set(id, {
        story,
        deaths: 0,
        breaks: 0,
        mustBeAlone: false,
        hadCompany: false,
        hasFailed: false,
        isOver: false,
      });
      open.add(id);
    },
    find: (id) => entries.get(id)?.story,
    sent(id, engine) {
      const entry = at(id);
      trace.note(`${id} is sent to engine ${engine}`);
      if (entry.isOver) trace.broken(1, `${id} runs again after its outcome`);
      if ((condemned.get(entry.story.body) ?? 0) > nowMs()) {
        trace.broken(7, `${id} runs again, although it or its like was alone in a third death`);
      }
      entry.mustBeAlone = isSuspect(entry);
      meet(id, entry, engine);
      const here = inFlight.get(engine) ?? new Set();
      inFlight.set(engine, here.add(id));
    },
    engineDied: (engine) => void deadEngines.add(engine),
    over(id, engine, how) {
      const entry = at(id);
      trace.note(`${id} is over in engine ${engine}: ${how}`);
      inFlight.get(engine)?.delete(id);
      if (how === 'answered') deaths.delete(entry.story.body);
      if (how === 'broken') broke(entry, engine);
    },
    failsNow(id) {
      const { hasFailed } = at(id);
      at(id).hasFailed = true;
      return !hasFailed;
    },
    ended(id, outcome) {
      const entry = at(id);
      trace.note(`${id} ${outcome}`);
      if (entry.isOver) trace.broken(1, `${id} has a second outcome: ${outcome}`);
      entry.isOver = true;
      open.delete(id);
    },
    quarantined(body) {
      if (!guilty.has(body)) trace.broken(7, `${body} is quarantined and was in no third death alone`);
    },
    released: () => condemned.clear(),
    newNode() {
      deaths.clear();
      inFlight.clear();
    },
    open: () => [...open],
  };
}
