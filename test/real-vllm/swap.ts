import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { streamOnce, type Account } from '../support/streams.ts';
import { until } from '../support/wait.ts';
import { MODELS } from './setting.ts';
import type { Scene } from './storm.ts';

const TOKENS = 20;
/** Between two streams: an engine that starts needs the same few cores, and gets next to nothing of them under load. */
const PAUSE_MS = 1500;
/** Two engines start one after the other, on cores that also serve. */
const SWAP_LIMIT_MS = 900_000;
const OLD_NAME = 'Qwen/Qwen2.5-14B-Instruct-AWQ';

/** One stage of one move, as it was seen: for the record. */
interface Step {
  readonly what: string;
  readonly sinceMs: number;
}

/** The pool of Qwen2 is moved to Qwen3, another architecture, while clients stream from it. */
export function testSwap({ node }: Pick<Scene, 'node'>): void {
  test(
    'another model for a pool under streams, engine by engine: every stream is whole',
    async () => {
      const model = join(MODELS, 'qwen3');
      const swap = node().command('swap', 'heavy', model, '--wait');
      const streaming = streamUntil(swap);
      const steps = await watch(swap);
      const { code, err } = await swap;
      const accounts = await streaming;
      process.stdout.write(`swap of heavy to Qwen3, step by step:\n${steps.map((it) => `  ${it}\n`).join('')}`);
      expect([code, code === 0 ? '' : err]).toEqual([0, '']);
      expect(accounts.filter((it) => it.seen !== 'completed')).toEqual([]);
      expect(accounts.length).toBeGreaterThan(5);
      const { replicas, rollout } = await node().status();
      expect(rollout).toMatchObject({ status: 'done', cause: null });
      expect(replicas.filter((it) => it.pool === 'heavy').map((it) => it.state)).toEqual(['ready', 'ready']);
      expect(await modelBehind(OLD_NAME)).toContain('qwen3');
    },
    SWAP_LIMIT_MS,
  );

  /** One stream after another, until `work` has ended. */
  async function streamUntil(work: Promise<unknown>): Promise<readonly Account[]> {
    const url = await node().url();
    const accounts: Account[] = [];
    let isOver = false;
    void work.finally(() => (isOver = true));
    while (!isOver) {
      accounts.push(await streamOnce(url, 'heavy', TOKENS));
      await Bun.sleep(PAUSE_MS);
    }
    return accounts;
  }

  /** How long each stage of each move took, until `work` has ended. */
  async function watch(work: Promise<unknown>): Promise<string[]> {
    let isOver = false;
    void work.finally(() => (isOver = true));
    const steps: Step[] = [];
    await until(
      'the swap ends',
      async () => {
        const { rollout } = await node().status();
        for (const it of rollout?.moves ?? []) {
          const what = `${it.replica} ${it.stage}`;
          if (!steps.some((step) => step.what === what)) steps.push({ what, sinceMs: Date.parse(it.since) });
        }
        return isOver;
      },
      SWAP_LIMIT_MS,
    );
    const inOrder = steps.filter(({ what }) => !what.endsWith(' pending')).toSorted((a, b) => a.sinceMs - b.sinceMs);
    return inOrder.map(({ what, sinceMs }, at) => {
      const next = inOrder[at + 1]?.sinceMs ?? sinceMs;
      return `${what}: ${((next - sinceMs) / 1000).toFixed(1)} s`;
    });
  }

  /** The model directory that an engine's own command line names, of whoever answers to `name`. */
  async function modelBehind(name: string): Promise<string> {
    const response = await fetch(`${await node().url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: name, max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(response.status).toBe(200);
    const { replicas } = await node().status();
    const { pid } = replicas.find((it) => it.name === response.headers.get('x-ssw-replica')) ?? { pid: null };
    return pid === null ? '' : Bun.file(`/proc/${pid}/cmdline`).text();
  }
}
