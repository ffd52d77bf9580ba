import { describe, expect, test } from 'bun:test';
import { parseCommandLine } from './parse.ts';
import { settingsOf, type EngineSettings } from './settings.ts';

function messageOf(...argv: readonly string[]): string {
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) return parsed.message;
  const made = settingsOf(parsed.line);
  return made.ok ? 'no complaint' : made.message;
}

function settings(...argv: readonly string[]): EngineSettings {
  const parsed = parseCommandLine(argv);
  const made = parsed.ok ? settingsOf(parsed.line) : parsed;
  if (!made.ok) throw new Error(made.message);
  return made.settings;
}

describe('a command line is read as vLLM reads it', () => {
  test('dashes, underscores and = are alike', () => {
    for (const argv of [['--max-num-seqs', '9'], ['--max_num_seqs', '9'], ['--max-num-seqs=9']])
      expect(settings(...argv).card.limits.sequencesMax).toBe(9);
  });
  test('several served names follow one flag', () => {
    expect(settings('m', '--served-model-name', 'a', 'b', '--port', '1').facts.servedNames).toEqual(['a', 'b']);
  });
  test('without a served name the model is its own', () => {
    expect(settings('org/m').facts.servedNames).toEqual(['org/m']);
  });
  test('k is 1000 and K is 1024', () => {
    expect(settings('--max-model-len', '2k').facts.maxModelLen).toBe(2000);
    expect(settings('--max-model-len', '2K').facts.maxModelLen).toBe(2048);
  });
  test('the memory flag may be cut short, as vLLM’s own log prints it', () => {
    expect(settings('--kv-cache-memory=2G').card.limits.kvBlocks).toBe(682);
  });
  test('a switch has a --no- form', () => {
    expect(settings('--disable-uvicorn-access-log').quietPaths).toBe('all');
    expect(settings('--disable-uvicorn-access-log', '--no-disable-uvicorn-access-log').quietPaths).not.toBe('all');
  });
});

describe('refusals', () => {
  test.each([
    [['--disable-log-requests'], 'unrecognized arguments: --disable-log-requests'],
    [['--max'], 'unrecognized arguments: --max'], // several flags begin so
    [['a', 'b'], 'unrecognized arguments: b'],
    [['--port'], 'argument --port: expected one argument'],
    [['--port', 'x'], "argument --port: invalid integer value: 'x'"],
    [['--enable-auto-tool-choice'], 'TypeError: Error: --enable-auto-tool-choice requires --tool-call-parser'],
    [['--enable-auto-tool-choice', '--tool-call-parser', 'x'], 'KeyError'],
    [['--max-model-len', '1000', '--sim-kv-tokens', '512'], 'ValueError: To serve at least one request'],
    [['--sim-fault', 'x'], 'ValueError: --sim-fault x: no such fault'],
  ])('%j', (argv, message) => {
    expect(messageOf(...argv)).toStartWith(message);
  });
});

test('faults go where they act', () => {
  const made = settings('--sim-fault', 'slow-start:3', '--sim-fault', 'hang');
  expect([made.startFaults, made.runFaults]).toEqual([
    [{ name: 'slow_start', amount: 3 }],
    [{ name: 'hang', amount: 0 }],
  ]);
});

test('simulated and real times are told apart', () => {
  expect(settings('--sim-start-s', '4', '--sim-speed', '20', '--shutdown-timeout', '5')).toMatchObject({
    startMs: 4000,
    speed: 20,
    shutdownTimeoutMs: 5000,
    deadExitMs: 3000,
  });
});
