import { join } from 'node:path';
import { z } from 'zod';
import { NODE_CLIENT, PYTHON } from './setting.ts';

/** One official SDK under one runtime, as a program that runs cases by name. */
export interface SdkClient {
  readonly name: string;
  readonly command: readonly string[];
}

/** Users run the Node SDK under Node; Bun is what this project's own tools run it under. */
export const SDK_CLIENTS: readonly SdkClient[] = [
  { name: 'openai for Node, under Node', command: ['node', NODE_CLIENT] },
  { name: 'openai for Node, under Bun', command: [process.execPath, NODE_CLIENT] },
  { name: 'openai for Python', command: [PYTHON, join(import.meta.dir, 'clients/python/main.py')] },
];

/** Cases that each client knows; `cancel` stands apart, for the engine's counters judge it. */
export const CASES = [
  'models',
  'chat',
  'chat_stream_usage',
  'chat_stream_helper',
  'choices',
  'completions',
  'completions_stream',
  'parallel',
  'tools_auto',
  'tools_required',
  'tools_named',
  'tools_stream',
  'json_schema',
  'choice',
  'unknown_model',
  'bad_parameter',
  'too_long',
  'unknown_url',
] as const;

const fateLine = z.object({ case: z.string(), failure: z.string().nullable() });

/** Runs `cases` in one process; answers why each failed, null where it did not. */
export async function runCases(
  client: SdkClient,
  url: string,
  cases: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const child = Bun.spawn([...client.command, ...cases], {
    env: { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1', SSW_BASE_URL: `${url}/v1` },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const [out] = await Promise.all([child.stdout.text(), child.exited]);
  return new Map(
    out
      .split('\n')
      .filter((it) => it !== '')
      .map((line) => {
        const fate = fateLine.parse(JSON.parse(line));
        return [fate.case, fate.failure];
      }),
  );
}
