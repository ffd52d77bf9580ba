import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../telemetry/index.ts';
import { eventually, isRunning, scratchDirectory } from './scratch.fixture.ts';
import { createToolRunner, TOOL_OUTPUT_BYTES_MAX, type ToolEnd } from './tool.ts';

/** Longer than any of these tests takes where the tool ends by itself. */
const PATIENCE_MS = 30_000;

const runTool = createToolRunner({ clock: systemClock, env: { PATH: '/usr/bin:/bin' } });
const sh = (script: string, limitMs = PATIENCE_MS): Promise<ToolEnd> => runTool(['sh', '-c', script], limitMs);

describe('a tool', () => {
  test('answers with its code and both its outputs', async () => {
    expect(await sh('echo out; echo err >&2; exit 9')).toEqual({
      is: 'exited',
      code: 9,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('has no environment but the given one, no input, and a session of its own', async () => {
    const end = await sh(
      'env | grep -v -e ^PWD= -e ^OLDPWD= -e ^SHLVL= -e ^_=; cat; cut -d" " -f6 "/proc/$$/stat"; echo $$',
    );
    if (end.is !== 'exited') throw new Error(end.because);
    const [env, session, pid] = end.stdout.trim().split('\n');
    expect(env).toBe('PATH=/usr/bin:/bin');
    expect(session).toBe(pid);
  });

  test('that is not there is told', async () => {
    expect(await runTool(['no-such-tool'], PATIENCE_MS)).toEqual({ is: 'not_started', because: 'not found' });
  });

  test('that ends by a signal has no code', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ is: 'exited', code: null });
  });

  test.each([
    ['hangs', 'wait'],
    ['left its output to a child that lives on', 'exit 0'],
  ])('that %s is killed with its children, and nobody waits for them', async (_, end) => {
    using scratch = scratchDirectory();
    const pidFile = join(scratch.path, 'pid');
    const startedAtMs = systemClock.nowMs();
    const cut = await sh(`sleep 600 & echo "$!" >${pidFile}; ${end}`, 200);
    expect(systemClock.nowMs() - startedAtMs).toBeLessThan(PATIENCE_MS / 2);
    expect(cut).toMatchObject({ is: 'cut_off', because: 'no answer within 0.2 s' });
    const child = Number(readFileSync(pidFile, 'utf8'));
    await eventually('its child is dead', () => !isRunning(child));
    if (cut.is === 'cut_off') await cut.gone;
  });

  test('that writes without end is cut off', async () => {
    expect(await sh('exec yes')).toMatchObject({
      is: 'cut_off',
      because: `more than ${TOOL_OUTPUT_BYTES_MAX} bytes of output`,
    });
  });
});
