import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { FAST_LIMITS, FAST_REPLICAS, startNode, type TestNode } from '../support/node.ts';
import { keepStreaming, streamOnce } from '../support/streams.ts';
import { until } from '../support/wait.ts';

let node: TestNode;
let url: string;
const open = async (config: string) => {
  node = await startNode(config);
  await node.allReady();
  url = await node.url();
};
afterEach(() => node[Symbol.asyncDispose]());

/** Makes a fault happen in a running simulated engine. */
const inject = async (replica: string, fault: string, amount = 1): Promise<void> => {
  const socket = `${node.directory}/run/${replica}.sock`;
  const body = JSON.stringify({ fault, amount });
  // Some faults end the engine before it can answer.
  const response = await fetch('http://engine/sim/fault', { unix: socket, method: 'POST', body }).catch(
    () => undefined,
  );
  expect(response?.status ?? 200).toBe(200);
};
const edit = async (from: string, to: string) => {
  const text = await Bun.file(node.configFile).text();
  expect(text).toContain(from);
  await Bun.write(node.configFile, text.replaceAll(from, to));
};

describe('an engine that fails while it serves', () => {
  beforeEach(() => open(FAST_REPLICAS + FAST_LIMITS));

  test('for lack of card memory: it is back, and status says why it went and what to do', async () => {
    await inject('heavy-0', 'out_of_memory');
    await until('it has ended', async () => (await node.replica('heavy-0')).restarts === 1);
    await node.allReady();
    const { last_exit: ended } = await node.replica('heavy-0');
    expect(ended).toMatchObject({ cause: 'cuda_out_of_memory', advice: expect.stringContaining('memory') });
  });

  test('with exit code 0: a crash all the same', async () => {
    await inject('light-1', 'exit_zero');
    await until('it has ended', async () => (await node.replica('light-1')).restarts === 1);
    expect((await node.replica('light-1')).last_exit).toMatchObject({ code: 0 });
    await node.allReady();
  });

  test('bug: an engine whose socket file is gone cannot be reached by anybody new, and is restarted', async () => {
    rmSync(`${node.directory}/run/heavy-0.sock`);
    await until('it has been restarted', async () => (await node.replica('heavy-0')).restarts === 1);
    await node.allReady();
    expect((await streamOnce(url, 'heavy', 8)).seen).toBe('completed');
  });

  test('an error chunk mid-stream is an error event without [DONE]', async () => {
    await Promise.all([inject('heavy-0', 'error_chunk'), inject('heavy-1', 'error_chunk')]);
    expect((await streamOnce(url, 'heavy', 16)).seen).toBe('error_event');
  });

  test('streams that it aborts end with an error event, never as if they were complete', async () => {
    const load = keepStreaming(url, 40, 400);
    await until('it has aborted one that its client had heard of', async () => {
      await inject('heavy-0', 'abort_streams');
      return load.accounts.some((it) => it.seen === 'error_event');
    });
    const accounts = await load.stop();
    expect(accounts.filter((it) => it.seen === 'wrong')).toEqual([]);
  });
});

describe('an engine that does not start', () => {
  test('bug: a reload to it is taken back with its cause, and moves nobody else', async () => {
    await open(FAST_REPLICAS + FAST_LIMITS);
    const before = await node.status();
    await edit(
      'model: sim/light-8b, max_model_len: 8192, args: {',
      "model: sim/light-8b, max_model_len: 8192, args: { sim-fault: 'oom-on-start',",
    );
    const { code, err } = await node.command('reload', '--wait');
    expect(code).toBe(1);
    expect(err).toContain('light-0 (starting): it did not start');
    const back = await node.status();
    expect(back.reload_error).toContain('light-0');
    const untouched = (it: { name: string }) => it.name !== 'light-0';
    expect(back.replicas.filter(untouched).map((it) => it.pid)).toEqual(
      before.replicas.filter(untouched).map((it) => it.pid),
    );
    expect((await streamOnce(url, 'light', 8)).seen).toBe('completed');

    await edit("sim-fault: 'oom-on-start',", '');
    expect(await node.command('reload', '--wait')).toMatchObject({ code: 0 });
    await node.allReady();
    expect((await node.status()).reload_error).toBeNull();
  });

  test('for a flag it does not know: it has failed, with advice, and is not tried for ever', async () => {
    node = await startNode(
      FAST_REPLICAS.replace(
        'args: { sim-speed: 20, sim-start-s: 2 } }\n  light',
        'args: { no-such-flag: 1 } }\n  light',
      ) + FAST_LIMITS,
    );
    await node.url();
    await until(
      'both have failed',
      async () => (await node.status()).replicas.filter((it) => it.state === 'failed').length === 2,
    );
    expect((await node.replica('heavy-0')).last_exit).toMatchObject({ cause: 'bad_flag', code: 2 });
    await until('their neighbours are ready', async () => (await node.replica('light-1')).state === 'ready');
  });
});

describe('with the limits that are shipped', () => {
  test('bug: a dead core’s replica is no black hole: nobody gets a 500 while its sibling is ready', async () => {
    await open(FAST_REPLICAS.replaceAll('sim-speed: 20', 'sim-speed: 10'));
    const load = keepStreaming(url, 16, 32);
    await until('streams complete', () => load.accounts.length > 32);
    await inject('heavy-0', 'kill_core');
    await until('it is seen', async () => (await node.replica('heavy-0')).restarts === 1);
    await node.allReady();
    const accounts = await load.stop();
    const bad = accounts.filter((it) => it.seen === 'wrong' || it.seen === 'refused');
    expect(bad.map((it) => it.detail)).toEqual([]);
  });
});
