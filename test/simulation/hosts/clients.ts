import { PRIORITIES, type Ticket } from '../../../src/queue/index.ts';
import { chance, mostlyShort } from '../world/world.ts';
import type { Work } from './engine.ts';
import type { Host } from './host.ts';
import type { Process } from './process.ts';
import { POOL, type Scene } from './scene.ts';
import { serve } from './serve.ts';

/** Everybody who asks. */
export interface Clients {
  begin(): void;
  /** Nobody asks any more. Who has asked waits for the answer. */
  stop(): void;
}

/** What one client wants, drawn when it comes; the same again has the same. */
interface Wish {
  readonly tenant: string;
  readonly priority: Ticket['priority'];
  readonly promptTokens: number;
  readonly tokens: number;
  readonly msPerToken: number;
  readonly msPerPiece: number;
  readonly maxWaitMs: number;
  /** It leaves after so long, if its answer is not there. */
  readonly leavesMs: number | undefined;
}

const TENANTS = ['acme', 'globex', 'hooli', 'initech', 'umbrella'];
const TRIES_MAX = 4;
const RETRY_MS_MAX = 3_000;
const NO_LIMITS = { weight: 1, depthMax: 500, requestsPerMinute: undefined, tokensPerMinute: undefined };
/** Longer than any story. */
const PATIENT_MS = 3_600_000;

/** `gapMs`: mean time between two requests. */
export function createClients(scene: Scene, hosts: readonly Host[], gapMs: number): Clients {
  const { agenda, random, trace, books, count } = scene;
  let isOver = false;

  function come(): void {
    if (isOver) return;
    ask(anyWish(scene), 1);
    agenda.after(-Math.log(1 - random.next()) * gapMs, come);
  }
  function ask(wish: Wish, attempt: number): void {
    const processes = hosts.filter((it) => it.plan.isGateway).flatMap((it) => it.process() ?? []);
    if (isOver || processes.length === 0) return;
    const id = `r${count()}`;
    const process = random.pick(processes);
    books.asked(id, process.host);
    process.open.add(id);
    process.gate.enter(() => void attend(process, id, wish, attempt));
  }
  async function attend(process: Process, id: string, wish: Wish, attempt: number): Promise<void> {
    const leaving = new AbortController();
    const { leavesMs, msPerPiece } = wish;
    if (leavesMs !== undefined) agenda.after(leavesMs, () => process.gate.enter(() => leaving.abort()));
    const client = {
      signal: leaving.signal,
      msPerPiece,
      shown: (text: string) => process.gate.isAlive() && books.shown(id, text),
    };
    const work: Work = { id, tokens: wish.tokens, msPerToken: wish.msPerToken };
    const how = await serve(process, { ticket: ticketOf(id, wish), body: JSON.stringify(work), client }).catch(threw);
    if (!process.open.delete(id)) return;
    books.ended(id, how);
    const isServed = how === 'whole' || leaving.signal.aborted;
    if (!isServed && attempt < TRIES_MAX && chance(scene, 0.5)) {
      agenda.after(random.next() * RETRY_MS_MAX, () => ask(wish, attempt + 1));
    }
  }

  function threw(cause: unknown): string {
    trace.broken('error', String(cause));
    return 'error';
  }

  return { begin: come, stop: () => void (isOver = true) };
}

function anyWish(scene: Scene): Wish {
  const { random } = scene;
  const tokens = Math.ceil(mostlyShort(scene, 1, 20));
  return {
    tenant: random.pick(TENANTS),
    priority: random.pick(PRIORITIES),
    promptTokens: Math.ceil(mostlyShort(scene, 10, chance(scene, 0.02) ? 6_000 : 1_500)),
    tokens,
    msPerToken: mostlyShort(scene, 20, 400),
    msPerPiece: chance(scene, 0.05) ? mostlyShort(scene, 10, 500) : 0,
    maxWaitMs: chance(scene, 0.1) ? mostlyShort(scene, 500, 10_000) : PATIENT_MS,
    leavesMs: chance(scene, 0.1) ? mostlyShort(scene, 0, 20_000) : undefined,
  };
}

function ticketOf(id: string, { tenant, priority, promptTokens, tokens, maxWaitMs }: Wish): Ticket {
  return {
    id,
    pool: POOL,
    tenant,
    priority,
    size: { promptTokens, outputTokensMax: tokens, outputTokensMin: undefined, choices: 1, contextTokens: undefined },
    limits: NO_LIMITS,
    affinity: undefined,
    bodyBytes: 100,
    maxWaitMs,
    fingerprint: () => `of ${id}`,
  };
}
