import type { Outgoing, Reply } from '../../../src/queue/index.ts';
import { wakeable } from './wakeable.ts';
import type { Gate } from './gate.ts';
import type { Scene } from './scene.ts';

/** What an engine is asked to do: the body of a request. */
export interface Work {
  readonly id: string;
  readonly tokens: number;
  readonly msPerToken: number;
}

/** One engine, beside its host's node: it answers, token by token, until it dies. */
export interface Engine {
  readonly replica: string;
  /** `HOST/REPLICA`. */
  readonly address: string;
  isHung: boolean;
  send(request: Outgoing, gate: Gate): Promise<Reply>;
  /** All its connections break. */
  die(): void;
  /** Requests that it runs. */
  readonly running: () => readonly string[];
}

/** One request in an engine. */
interface Execution {
  readonly id: string;
  readonly fail: () => void;
}

/** A hung engine says nothing for so long between two looks. */
const HUNG_LOOK_MS = 200;
const encoder = new TextEncoder();

export function createEngine(scene: Scene, host: string, replica: string): Engine {
  const { agenda, books } = scene;
  const address = `${host}/${replica}`;
  const executions = new Set<Execution>();
  let isDead = false;

  function run({ id, tokens, msPerToken }: Work, signal: AbortSignal, gate: Gate): AsyncIterable<Uint8Array> {
    const name = `run-${scene.count()}`;
    const pieces: Uint8Array[] = [];
    const reader = wakeable(gate);
    let state: 'running' | 'whole' | 'broken' = 'running';
    let sent = 0;
    const execution: Execution = { id, fail: () => over('broken') };
    function over(how: 'whole' | 'broken'): void {
      if (state !== 'running') return;
      state = how;
      executions.delete(execution);
      signal.removeEventListener('abort', execution.fail);
      reader.wake();
    }
    function step(): void {
      if (state !== 'running') return;
      if (engine.isHung) return void agenda.after(HUNG_LOOK_MS, step);
      sent += 1;
      pieces.push(encoder.encode(`${id} ${name} ${sent} ${sent === tokens ? 'end' : 'on'}\n`));
      if (sent === tokens) over('whole');
      else agenda.after(msPerToken, step);
      reader.wake();
    }
    executions.add(execution);
    books.began(
      id,
      address,
      [...executions].map((it) => it.id),
    );
    signal.addEventListener('abort', execution.fail, { once: true });
    agenda.after(msPerToken, step);
    return read();

    async function* read(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          const piece = pieces.shift();
          if (piece !== undefined) yield piece;
          else if (state === 'broken') throw new Error('ECONNRESET');
          else if (state === 'whole') return;
          else await reader.sleep();
        }
      } finally {
        over('broken');
      }
    }
  }

  const engine: Engine = {
    replica,
    address,
    isHung: false,
    send(request, gate) {
      const { body, signal } = request;
      if (signal.aborted) return Promise.resolve({ ok: false, failure: 'aborted', cause: signal.reason });
      if (isDead) return Promise.resolve({ ok: false, failure: 'refused', cause: 'ECONNREFUSED' });
      const work = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as Work;
      return Promise.resolve({ ok: true, status: 200, headers: {}, body: run(work, signal, gate) });
    },
    die() {
      isDead = true;
      for (const execution of executions) execution.fail();
    },
    running: () => [...executions].map(({ id }) => id),
  };
  return engine;
}
